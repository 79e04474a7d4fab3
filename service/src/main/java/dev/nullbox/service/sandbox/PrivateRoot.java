package dev.nullbox.service.sandbox;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Root of the calling thread's own mount namespace under construction: a tmpfs, with selected parts of the host bound
 * into it. Source: mount_namespaces(7), pivot_root(2).
 */
public final class PrivateRoot {
    /** Mount flags without devices and without set-user-ID programs. */
    public static final long PLAIN = Mounts.MS_NOSUID | Mounts.MS_NODEV;

    /** As {@link #PLAIN}, and read-only. */
    public static final long SEALED = PLAIN | Mounts.MS_RDONLY;

    private final Libc libc;
    private final Path root;

    private PrivateRoot(Libc libc, Path root) {
        this.libc = libc;
        this.root = root;
    }

    /**
     * Begins a root; from then on no mount reaches the host.
     *
     * @param root a directory of the host to mount it on
     */
    public static PrivateRoot begin(Libc libc, Path root) throws SyscallException {
        libc.mount(null, "/", null, Mounts.MS_REC | Mounts.MS_PRIVATE, null).orThrow("mount / private");
        libc.mount("tmpfs", root.toString(), "tmpfs", PLAIN | Mounts.MS_NOEXEC, "mode=0755,size=4m")
                .orThrow("mount tmpfs on " + root);
        return new PrivateRoot(libc, root);
    }

    private Path inside(Path absolute) {
        return root.resolve(Path.of("/").relativize(absolute));
    }

    /**
     * Shows a host path at the same path, read-only: a link is copied, a directory or file bound; an absent one is
     * skipped.
     */
    public void show(Path path) throws IOException {
        Path target = inside(path);
        if (Files.isSymbolicLink(path)) {
            Files.createDirectories(target.getParent());
            Files.createSymbolicLink(target, Files.readSymbolicLink(path));
        } else if (Files.exists(path)) {
            bind(path, path, SEALED);
        }
    }

    /** Binds a device of the host at the same path. */
    public void device(Path path) throws IOException {
        bind(path, path, Mounts.MS_NOSUID | Mounts.MS_NOEXEC);
    }

    /** Mounts {@code /proc} of the caller's PID namespace, with other users' processes hidden. */
    public void processes(long flags) throws IOException {
        Path proc = Files.createDirectories(inside(Path.of("/proc")));
        libc.mount("proc", proc.toString(), "proc", flags | Mounts.MS_NOEXEC, "hidepid=invisible,subset=pid")
                .orThrow("mount proc on " + proc);
    }

    /**
     * Binds a host path at another path.
     *
     * @param place the absolute path in this root
     * @param flags MS_* flags of the mount
     */
    public void bind(Path source, Path place, long flags) throws IOException {
        Path target = inside(place);
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

    /**
     * Moves the calling thread into it, by pivot_root(2)'s own recipe: both roots at one path, then the old one
     * detached.
     */
    public void enter() throws SyscallException {
        libc.chdir(root.toString()).orThrow("chdir " + root);
        libc.pivotRoot(".", ".").orThrow("pivot_root to " + root);
        libc.umount2(".", Mounts.MNT_DETACH).orThrow("unmount the old root");
        libc.chdir("/").orThrow("chdir /");
    }

    /** Makes {@code /} read-only, once the thread is in it. */
    public static void seal(Libc libc) throws SyscallException {
        libc.mount(null, "/", null, Mounts.MS_REMOUNT | Mounts.MS_BIND | SEALED | Mounts.MS_NOEXEC, null)
                .orThrow("remount / read-only");
    }
}
