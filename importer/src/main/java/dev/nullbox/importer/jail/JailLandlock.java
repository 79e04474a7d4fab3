package dev.nullbox.importer.jail;

import static dev.nullbox.natives.linux.Landlock.*;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.landlock.LandlockRuleset;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.importer.ImportProtocol;
import dev.nullbox.service.sandbox.LandlockRules;
import java.nio.file.Path;
import java.util.List;

/**
 * Landlock restriction of an import: of its mount namespace each file with the access that is needed; no TCP port, no
 * signal and no abstract socket beyond itself. A kernel that lacks a part of it, before ABI 6, is refused.
 */
final class JailLandlock {
    private static final long READ = LANDLOCK_ACCESS_FS_READ_FILE;
    private static final long LIST = READ | LANDLOCK_ACCESS_FS_READ_DIR;
    private static final long WRITE = LANDLOCK_ACCESS_FS_WRITE_FILE;
    private static final long WORK =
            LIST | WRITE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE;

    private JailLandlock() {}

    /**
     * Restricts the calling thread and all that it starts or executes; in its mount namespace, with no_new_privs.
     *
     * @throws SyscallException E2BIG or EINVAL when the kernel lacks a part of it
     */
    static void restrict(Libc libc, Message request) throws SyscallException {
        try (LandlockRuleset rules = LandlockRules.create(libc, request.get(ImportProtocol.BINDS))) {
            rules.allowPath(Path.of("/proc"), LIST);
            rules.allowPath(Path.of("/dev"), READ | WRITE);
            rules.allowPath(JailRoot.SOURCE, READ);
            rules.allowPath(JailRoot.WORK, WORK);
            rules.restrictSelf();
        }
    }

    /** Missing parts: tries uses that its user may make, and Landlock alone must refuse. */
    static List<String> missing(Libc libc) {
        return LandlockRules.missing(libc, "to list /", libc.open("/", OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0))
                .map(List::of)
                .orElse(List.of());
    }
}
