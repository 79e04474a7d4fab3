package dev.nullbox.importer.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.linux.Mounts;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.importer.ImportProtocol;
import dev.nullbox.service.sandbox.PrivateRoot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Mount namespace of an import: the programs, the archive and the work directory. All but the last is read-only.
 */
final class JailRoot {
    /** Path of the archive in it. */
    static final Path SOURCE = Path.of("/source");

    /** Path of the work directory in it. */
    static final Path WORK = Path.of("/work");

    private static final List<String> DEVICES = List.of("/dev/null", "/dev/urandom");

    private JailRoot() {}

    /** Builds it and moves the calling thread into it; {@code /} is still writable. */
    static void enter(Libc libc, Message request) throws IOException {
        PrivateRoot root = PrivateRoot.begin(libc, Path.of(request.get(ImportProtocol.NEW_ROOT)));
        for (String bind : request.get(ImportProtocol.BINDS)) {
            root.show(Path.of(bind));
        }
        for (String device : DEVICES) {
            root.device(Path.of(device));
        }
        root.processes(PrivateRoot.SEALED);
        root.bind(Path.of(request.get(ImportProtocol.SOURCE)), SOURCE, PrivateRoot.SEALED | Mounts.MS_NOEXEC);
        root.bind(Path.of(request.get(ImportProtocol.WORK)), WORK, PrivateRoot.PLAIN | Mounts.MS_NOEXEC);
        root.enter();
    }
}
