package dev.nullbox.importer.jail;

import static dev.nullbox.natives.linux.Landlock.*;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.landlock.LandlockRuleset;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.importer.ImportProtocol;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Landlock round an import: of its mount namespace each file as it is needed; no TCP port, no signal and no abstract socket
 * beyond itself. A kernel that lacks a part of it, before ABI 6, is refused.
 */
final class JailLandlock {
    private static final long READ = LANDLOCK_ACCESS_FS_READ_FILE;
    private static final long LIST = READ | LANDLOCK_ACCESS_FS_READ_DIR;
    private static final long WRITE = LANDLOCK_ACCESS_FS_WRITE_FILE;
    private static final long WORK =
            LIST | WRITE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE;
    private static final long FILES = WORK
            | LANDLOCK_ACCESS_FS_EXECUTE
            | LANDLOCK_ACCESS_FS_REMOVE_DIR
            | LANDLOCK_ACCESS_FS_MAKE_CHAR
            | LANDLOCK_ACCESS_FS_MAKE_DIR
            | LANDLOCK_ACCESS_FS_MAKE_SOCK
            | LANDLOCK_ACCESS_FS_MAKE_FIFO
            | LANDLOCK_ACCESS_FS_MAKE_BLOCK
            | LANDLOCK_ACCESS_FS_MAKE_SYM
            | LANDLOCK_ACCESS_FS_REFER
            | LANDLOCK_ACCESS_FS_IOCTL_DEV;
    private static final long PORTS = LANDLOCK_ACCESS_NET_BIND_TCP | LANDLOCK_ACCESS_NET_CONNECT_TCP;
    private static final long SCOPES = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL;

    private JailLandlock() {}

    /**
     * Puts it round the calling thread and all that it starts or executes; in its mount namespace, with no_new_privs.
     *
     * @throws SyscallException E2BIG or EINVAL when the kernel lacks a part of it
     */
    static void restrict(Libc libc, Message request) throws SyscallException {
        try (LandlockRuleset rules = LandlockRuleset.create(libc, FILES, PORTS, SCOPES)) {
            for (String bind : request.get(ImportProtocol.BINDS)) {
                Path path = Path.of(bind);
                if (Files.exists(path)) {
                    rules.allowPath(path, LANDLOCK_ACCESS_FS_EXECUTE | (Files.isDirectory(path) ? LIST : READ));
                }
            }
            rules.allowPath(Path.of("/proc"), LIST);
            rules.allowPath(Path.of("/dev"), READ | WRITE);
            rules.allowPath(JailRoot.SOURCE, READ);
            rules.allowPath(JailRoot.WORK, WORK);
            rules.restrictSelf();
        }
    }

    /** Which parts are missing: tries what its user may, but for Landlock. */
    static List<String> missing(Libc libc) {
        return switch (libc.open("/", OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0)) {
            case SysResult.Ok(long fd) -> {
                libc.close((int) fd);
                yield List.of("Landlock does not refuse to list /");
            }
            case SysResult.Failed(int errno) ->
                errno == Errno.EACCES
                        ? List.of()
                        : List.of("Landlock does not refuse to list /: it is " + Errno.describe(errno));
        };
    }
}
