package dev.nullbox.cage.store;

import dev.nullbox.cage.agent.CageSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Command and bounds of the importer.
 *
 * @param launcher its command
 * @param mkfs the command of mkfs.erofs
 * @param uid its user and group, which no other process has
 * @param newRoot a directory to mount its root on
 * @param binds host paths that it sees read-only
 * @param memoryMib memory of the importer and mkfs.erofs together
 * @param limit timeout, after which it is killed
 */
record ImporterSettings(
        List<String> launcher,
        List<String> mkfs,
        int uid,
        Path newRoot,
        List<String> binds,
        int memoryMib,
        Duration limit) {
    private static final int UID = 106;
    private static final int MEMORY_MIB = 512;
    private static final Duration LIMIT = Duration.ofHours(2);

    ImporterSettings {
        launcher = List.copyOf(launcher);
        mkfs = List.copyOf(mkfs);
        binds = List.copyOf(binds);
    }

    /** The appliance's settings. */
    static ImporterSettings appliance(CageSettings cage) {
        String erofs = "/usr/lib/nullbox/erofs";
        List<String> binds = new ArrayList<>(cage.binds());
        binds.add("/sbin/importer");
        return new ImporterSettings(
                List.of("/sbin/importer", "-Xmx320m"),
                List.of(erofs + "/ld-linux-x86-64.so.2", "--library-path", erofs, erofs + "/mkfs.erofs"),
                UID,
                cage.jailRoot().resolveSibling("import"),
                binds,
                MEMORY_MIB,
                LIMIT);
    }
}
