package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Mounts;
import dev.nullbox.protocol.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The mount namespace of one VMM: what it executes, its devices, its disks, the socket of its control channel, and nothing
 * else of the host. All but the disks that it may write is read-only. Source: mount_namespaces(7), pivot_root(2).
 */
final class JailFilesystem {
    /** The directory of the guest's disks, each by its id. */
    static final String DISKS = "/disks";

    /** The directory of the socket at which the guest arrives. */
    static final String CONTROL = "/control";

    private static final long PLAIN = Mounts.MS_NOSUID | Mounts.MS_NODEV;
    private static final long SEALED = PLAIN | Mounts.MS_RDONLY;
    /** What the VMM opens; the network card's tap is made beforehand. */
    private static final String[] DEVICES = {"/dev/kvm", "/dev/net/tun", "/dev/null", "/dev/zero", "/dev/urandom"};

    private final Libc libc;
    private final Message spec;
    private final Path root;

    JailFilesystem(Libc libc, Message spec) {
        this.libc = libc;
        this.spec = spec;
        this.root = Path.of(spec.get(JailSpec.NEW_ROOT));
    }

    /** Puts it together and moves the calling thread into it; {@code /} is still writable. */
    void build() throws IOException {
        libc.mount(null, "/", null, Mounts.MS_REC | Mounts.MS_PRIVATE, null).orThrow("mount / private");
        tmpfs(root, PLAIN | Mounts.MS_NOEXEC, "mode=0755,size=4m");
        for (String bind : spec.get(JailSpec.BINDS)) {
            show(Path.of(bind), inside(bind));
        }
        for (String device : DEVICES) {
            if (Files.exists(Path.of(device))) {
                bind(Path.of(device), inside(device), Mounts.MS_NOSUID | Mounts.MS_NOEXEC);
            }
        }
        Path proc = Files.createDirectories(inside("/proc"));
        libc.mount("proc", proc.toString(), "proc", PLAIN | Mounts.MS_NOEXEC, "hidepid=invisible,subset=pid")
                .orThrow("mount proc on " + proc);
        bind(Path.of(spec.get(JailSpec.CONTROL)), inside(CONTROL), SEALED | Mounts.MS_NOEXEC);
        for (Message disk : spec.get(JailSpec.VM).get(VmConfig.DISKS)) {
            bind(
                    Path.of(disk.get(VmConfig.HOST_PATH)),
                    inside(DISKS + "/" + disk.get(VmConfig.DISK_ID)),
                    (disk.get(VmConfig.READ_ONLY) ? SEALED : PLAIN) | Mounts.MS_NOEXEC);
        }
        enter();
    }

    /** Length of the largest disk that the VMM may write, in bytes; 0 when there is none. */
    static long largestDisk(Message spec) throws IOException {
        long largest = 0;
        for (Message disk : spec.get(JailSpec.VM).get(VmConfig.DISKS)) {
            if (!disk.get(VmConfig.READ_ONLY)) {
                largest = Math.max(largest, Files.size(Path.of(DISKS, disk.get(VmConfig.DISK_ID))));
            }
        }
        return largest;
    }

    /** Makes the mount at the path read-only. */
    static void seal(Libc libc, String path) throws SyscallException {
        libc.mount(null, path, null, Mounts.MS_REMOUNT | Mounts.MS_BIND | SEALED | Mounts.MS_NOEXEC, null)
                .orThrow("remount " + path + " read-only");
    }

    private Path inside(String absolute) {
        return root.resolve(absolute.substring(1));
    }

    private void tmpfs(Path where, long flags, String options) throws SyscallException {
        libc.mount("tmpfs", where.toString(), "tmpfs", flags, options).orThrow("mount tmpfs on " + where);
    }

    /** A read-only view of a host path: a symbolic link as it is, a directory or file by bind mount. */
    private void show(Path source, Path target) throws IOException {
        if (Files.isSymbolicLink(source)) {
            Files.createDirectories(target.getParent());
            Files.createSymbolicLink(target, Files.readSymbolicLink(source));
        } else if (Files.exists(source)) {
            bind(source, target, SEALED);
        }
    }

    private void bind(Path source, Path target, long flags) throws IOException {
        if (Files.isDirectory(source)) {
            Files.createDirectories(target);
        } else {
            Files.createDirectories(target.getParent());
            Files.createFile(target);
        }
        libc.mount(source.toString(), target.toString(), null, Mounts.MS_BIND, null)
                .orThrow("bind " + source + " to " + target);
        libc.mount(null, target.toString(), null, Mounts.MS_REMOUNT | Mounts.MS_BIND | flags, null)
                .orThrow("remount " + target);
    }

    /** pivot_root(2)'s own recipe: old and new root stacked in one place, then the old one detached. */
    private void enter() throws SyscallException {
        libc.chdir(root.toString()).orThrow("chdir " + root);
        libc.pivotRoot(".", ".").orThrow("pivot_root to " + root);
        libc.umount2(".", Mounts.MNT_DETACH).orThrow("unmount the old root");
        libc.chdir("/").orThrow("chdir /");
    }
}
