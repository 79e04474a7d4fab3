package dev.nullbox.cage.jail;

import static dev.nullbox.natives.linux.Landlock.*;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.landlock.LandlockRuleset;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.natives.linux.Sockets;
import dev.nullbox.protocol.Message;
import dev.nullbox.service.sandbox.LandlockRules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Landlock restriction of a VMM: of the files in its mount namespace only those that it needs, each with the access
 * that it needs; no TCP port; no signal and no abstract socket beyond itself. A kernel that lacks a part of it, before
 * ABI 6, is refused.
 */
final class LandlockWall {
    private static final long READ = LANDLOCK_ACCESS_FS_READ_FILE;
    private static final long WRITE = LANDLOCK_ACCESS_FS_WRITE_FILE;
    /** Access to a disk: its end is cut off when its guest discards that. */
    private static final long DISK = READ | WRITE | LANDLOCK_ACCESS_FS_TRUNCATE;

    /** 127.0.0.1, port 9, as struct sockaddr_in. */
    private static final byte[] DISCARD = {2, 0, 0, 9, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};

    private LandlockWall() {}

    /**
     * Restricts the calling thread and all that it starts or executes; in its mount namespace, with no_new_privs.
     *
     * @throws SyscallException E2BIG or EINVAL when the kernel lacks a part of it
     */
    static void restrict(Libc libc, Message spec) throws SyscallException {
        try (LandlockRuleset rules = LandlockRules.create(libc, spec.get(JailSpec.BINDS))) {
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

    /** Missing parts: tries uses that its user may make, and Landlock alone must refuse. */
    static List<String> missing(Libc libc) throws IOException {
        List<String> missing = new ArrayList<>();
        LandlockRules.missing(libc, "listing /", libc.open("/", OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0))
                .ifPresent(missing::add);
        int socket = libc.socket(Sockets.AF_INET, Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC, 0)
                .orThrow("socket AF_INET");
        LandlockRules.missing(libc, "a TCP connection", libc.connect(socket, DISCARD))
                .ifPresent(missing::add);
        libc.close(socket).orThrow("close a socket");
        return missing;
    }
}
