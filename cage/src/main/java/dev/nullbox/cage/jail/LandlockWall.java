package dev.nullbox.cage.jail;

import static dev.nullbox.natives.linux.Landlock.*;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.landlock.LandlockRuleset;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.natives.linux.Sockets;
import dev.nullbox.protocol.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Landlock round a VMM: of the files in its mount namespace those that it is there for, each as it needs it; no TCP port; no
 * signal and no abstract socket beyond itself. A kernel that lacks a part of it, before ABI 6, is refused.
 */
final class LandlockWall {
    private static final long READ = LANDLOCK_ACCESS_FS_READ_FILE;
    private static final long WRITE = LANDLOCK_ACCESS_FS_WRITE_FILE;
    private static final long FILES = LANDLOCK_ACCESS_FS_EXECUTE
            | WRITE
            | READ
            | LANDLOCK_ACCESS_FS_READ_DIR
            | LANDLOCK_ACCESS_FS_REMOVE_DIR
            | LANDLOCK_ACCESS_FS_REMOVE_FILE
            | LANDLOCK_ACCESS_FS_MAKE_CHAR
            | LANDLOCK_ACCESS_FS_MAKE_DIR
            | LANDLOCK_ACCESS_FS_MAKE_REG
            | LANDLOCK_ACCESS_FS_MAKE_SOCK
            | LANDLOCK_ACCESS_FS_MAKE_FIFO
            | LANDLOCK_ACCESS_FS_MAKE_BLOCK
            | LANDLOCK_ACCESS_FS_MAKE_SYM
            | LANDLOCK_ACCESS_FS_REFER
            | LANDLOCK_ACCESS_FS_TRUNCATE
            | LANDLOCK_ACCESS_FS_IOCTL_DEV;
    /** A disk's end is cut off when its guest discards that. */
    private static final long DISK = READ | WRITE | LANDLOCK_ACCESS_FS_TRUNCATE;

    private static final long PORTS = LANDLOCK_ACCESS_NET_BIND_TCP | LANDLOCK_ACCESS_NET_CONNECT_TCP;
    private static final long SCOPES = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL;
    /** 127.0.0.1, port 9, as struct sockaddr_in. */
    private static final byte[] DISCARD = {2, 0, 0, 9, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};

    private LandlockWall() {}

    /**
     * Puts it round the calling thread and all that it starts or executes; in its mount namespace, with no_new_privs.
     *
     * @throws SyscallException E2BIG or EINVAL when the kernel lacks a part of it
     */
    static void restrict(Libc libc, Message spec) throws SyscallException {
        try (LandlockRuleset rules = LandlockRuleset.create(libc, FILES, PORTS, SCOPES)) {
            for (String bind : spec.get(JailSpec.BINDS)) {
                Path path = Path.of(bind);
                if (Files.exists(path)) {
                    long program = READ | LANDLOCK_ACCESS_FS_EXECUTE;
                    rules.allowPath(path, Files.isDirectory(path) ? program | LANDLOCK_ACCESS_FS_READ_DIR : program);
                }
            }
            rules.allowPath(Path.of("/proc"), READ | LANDLOCK_ACCESS_FS_READ_DIR);
            rules.allowPath(Path.of("/dev"), READ | WRITE | LANDLOCK_ACCESS_FS_IOCTL_DEV);
            for (Message disk : spec.get(JailSpec.VM).get(VmConfig.DISKS)) {
                rules.allowPath(
                        Path.of(JailFilesystem.DISKS, disk.get(VmConfig.DISK_ID)),
                        disk.get(VmConfig.READ_ONLY) ? READ : DISK);
            }
            rules.restrictSelf();
        }
    }

    /** Which parts are missing: tries what its user may, but for Landlock. */
    static List<String> missing(Libc libc) throws IOException {
        List<String> missing = new ArrayList<>();
        refused(missing, "listing /", libc.open("/", OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0), libc);
        int socket = libc.socket(Sockets.AF_INET, Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC, 0)
                .orThrow("socket AF_INET");
        refused(missing, "a TCP connection", libc.connect(socket, DISCARD), libc);
        libc.close(socket).orThrow("close a socket");
        return missing;
    }

    private static void refused(List<String> missing, String use, SysResult result, Libc libc) {
        switch (result) {
            case SysResult.Ok(long fd) -> {
                missing.add("Landlock does not refuse " + use);
                if (fd > 0) {
                    libc.close((int) fd);
                }
            }
            case SysResult.Failed(int errno) -> {
                if (errno != Errno.EACCES) {
                    missing.add("Landlock does not refuse " + use + ": it is " + Errno.describe(errno));
                }
            }
        }
    }
}
