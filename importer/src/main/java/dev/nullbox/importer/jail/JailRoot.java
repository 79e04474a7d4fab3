package dev.nullbox.importer.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Mounts;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.importer.ImportProtocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Mount namespace of an import: the programs, the archive and the work directory. All but the last is read-only. Source:
 * mount_namespaces(7), pivot_root(2).
 */
final class JailRoot {
    /** The archive's place in it. */
    static final Path SOURCE = Path.of("/source");

    /** The work directory's. */
    static final Path WORK = Path.of("/work");

    private static final long PLAIN = Mounts.MS_NOSUID | Mounts.MS_NODEV;
    private static final long SEALED = PLAIN | Mounts.MS_RDONLY;
    private static final String[] DEVICES = {"/dev/null", "/dev/urandom"};

    private final Libc libc;
    private final Message request;
    private final Path root;

    JailRoot(Libc libc, Message request) {
        this.libc = libc;
        this.request = request;
        this.root = Path.of(request.get(ImportProtocol.NEW_ROOT));
    }

    /** Puts it together and moves the calling thread into it; {@code /} is still writable. */
    void build() throws IOException {
        libc.mount(null, "/", null, Mounts.MS_REC | Mounts.MS_PRIVATE, null).orThrow("mount / private");
        libc.mount("tmpfs", root.toString(), "tmpfs", PLAIN | Mounts.MS_NOEXEC, "mode=0755,size=4m")
                .orThrow("mount tmpfs on " + root);
        for (String bind : request.get(ImportProtocol.BINDS)) {
            show(Path.of(bind), inside(Path.of(bind)));
        }
        for (String device : DEVICES) {
            bind(Path.of(device), inside(Path.of(device)), Mounts.MS_NOSUID | Mounts.MS_NOEXEC);
        }
        Path proc = Files.createDirectories(inside(Path.of("/proc")));
        libc.mount("proc", proc.toString(), "proc", SEALED | Mounts.MS_NOEXEC, "hidepid=invisible,subset=pid")
                .orThrow("mount proc on " + proc);
        bind(Path.of(request.get(ImportProtocol.SOURCE)), inside(SOURCE), SEALED | Mounts.MS_NOEXEC);
        bind(Path.of(request.get(ImportProtocol.WORK)), inside(WORK), PLAIN | Mounts.MS_NOEXEC);
        libc.chdir(root.toString()).orThrow("chdir " + root);
        // pivot_root(2)'s own recipe: old and new root stacked in one place, then the old one detached.
        libc.pivotRoot(".", ".").orThrow("pivot_root to " + root);
        libc.umount2(".", Mounts.MNT_DETACH).orThrow("unmount the old root");
        libc.chdir("/").orThrow("chdir /");
    }

    /** Makes {@code /} read-only. */
    static void seal(Libc libc) throws SyscallException {
        libc.mount(null, "/", null, Mounts.MS_REMOUNT | Mounts.MS_BIND | SEALED | Mounts.MS_NOEXEC, null)
                .orThrow("remount / read-only");
    }

    private Path inside(Path absolute) {
        return root.resolve(Path.of("/").relativize(absolute));
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
}
