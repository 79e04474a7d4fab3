package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Mounts;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.protocol.Message;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The mount namespace of one VMM: what it executes, its devices, its agent's files, and nothing else of the host. All but
 * shares for writing and {@code /tmp} is read-only. Source: mount_namespaces(7), pivot_root(2).
 */
final class JailFilesystem {
    private static final long PLAIN = Mounts.MS_NOSUID | Mounts.MS_NODEV;
    private static final long SEALED = PLAIN | Mounts.MS_RDONLY;
    private static final List<String> DEVICES = List.of("/dev/kvm", "/dev/null", "/dev/zero", "/dev/urandom");
    private static final List<String> GUEST_MOUNT_POINTS = List.of("dev", "proc", "sys");
    /** Made anew rather than taken from the agent's root: secrets and scratch files lie there. */
    private static final List<String> OWN_DIRECTORIES = List.of("run", "tmp");

    private static final int OWNER_READS = 0400;

    private final Libc libc;
    private final Message spec;
    private final int uid;
    private final Path root;

    JailFilesystem(Libc libc, Message spec) {
        this.libc = libc;
        this.spec = spec;
        this.uid = JailSpec.slot(spec).uid();
        this.root = Path.of(spec.get(JailSpec.NEW_ROOT));
    }

    /** Wait until the daemon holds the tmpfs with the secrets, which is mounted at the path. */
    @FunctionalInterface
    interface Handover {
        void await(String path) throws IOException;
    }

    /**
     * Puts it together and moves the calling thread into it; {@code /} is still writable.
     *
     * @param handover is awaited when there are secrets
     */
    void build(List<Secret> secrets, Handover handover, String agentRoot) throws IOException {
        libc.mount(null, "/", null, Mounts.MS_REC | Mounts.MS_PRIVATE, null).orThrow("mount / private");
        tmpfs(root, PLAIN, "mode=0755,size=4m");
        for (String bind : spec.get(JailSpec.BINDS)) {
            show(Path.of(bind), inside(bind));
        }
        devices();
        Path proc = Files.createDirectories(inside("/proc"));
        libc.mount("proc", proc.toString(), "proc", PLAIN | Mounts.MS_NOEXEC, "hidepid=invisible,subset=pid")
                .orThrow("mount proc on " + proc);
        agentRoot(inside(agentRoot), secrets, handover);
        enter();
    }

    /** Makes the mount at the path read-only. */
    static void seal(Libc libc, String path) throws SyscallException {
        libc.mount(null, path, null, Mounts.MS_REMOUNT | Mounts.MS_BIND | SEALED, null)
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
        bindOnto(source, target, flags);
    }

    private void bindOnto(Path source, Path target, long flags) throws SyscallException {
        libc.mount(source.toString(), target.toString(), null, Mounts.MS_BIND, null)
                .orThrow("bind " + source + " to " + target);
        libc.mount(null, target.toString(), null, Mounts.MS_REMOUNT | Mounts.MS_BIND | flags, null)
                .orThrow("remount " + target);
    }

    private void devices() throws IOException {
        for (String device : DEVICES) {
            if (Files.exists(Path.of(device))) {
                bind(Path.of(device), inside(device), Mounts.MS_NOSUID | Mounts.MS_NOEXEC);
            }
        }
    }

    private void agentRoot(Path agent, List<Secret> secrets, Handover handover) throws IOException {
        Files.createDirectories(agent);
        tmpfs(agent, PLAIN, "mode=0755,size=4m");
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(spec.get(JailSpec.ROOTFS)))) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (!OWN_DIRECTORIES.contains(name)) {
                    show(entry, agent.resolve(name));
                }
            }
        }
        for (String point : GUEST_MOUNT_POINTS) {
            Files.createDirectories(agent.resolve(point));
        }
        String owner = ",uid=" + uid + ",gid=" + uid;
        Path scratch = Files.createDirectories(agent.resolve("tmp"));
        tmpfs(scratch, PLAIN | Mounts.MS_NOEXEC, "mode=0700,size=16m" + owner);
        vault(Files.createDirectories(agent.resolve("run").resolve("secrets")), owner, secrets, handover);
        TreeMap<String, Long> shares = new TreeMap<>();
        spec.get(JailSpec.READABLE).forEach(path -> shares.put(path, SEALED));
        spec.get(JailSpec.WRITABLE).forEach(path -> shares.put(path, PLAIN));
        // In order: a share inside another is mounted after it, as its path is the longer one.
        for (Map.Entry<String, Long> share : shares.entrySet()) {
            share(agent, share.getKey(), share.getValue());
        }
        seal(libc, agent.toString());
    }

    /**
     * The secrets, mounted read-only. The mount by which they were written is left to the daemon alone: it takes hold of
     * it, and here it is detached.
     */
    private void vault(Path seen, String owner, List<Secret> secrets, Handover handover) throws IOException {
        Path writable = Files.createDirectory(root.resolve("vault"));
        tmpfs(writable, PLAIN | Mounts.MS_NOEXEC, "mode=0500,size=2m" + owner);
        for (Secret secret : secrets) {
            place(secret, writable.resolve(secret.name()));
        }
        bindOnto(writable, seen, SEALED | Mounts.MS_NOEXEC);
        if (!secrets.isEmpty()) {
            handover.await(writable.toString());
        }
        libc.umount2(writable.toString(), Mounts.MNT_DETACH).orThrow("detach " + writable);
        Files.delete(writable);
    }

    private void place(Secret secret, Path file) throws SyscallException {
        int flags = OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_CLOEXEC;
        String path = file.toString();
        int fd = libc.open(path, flags, OWNER_READS).orThrow("open " + path);
        byte[] value = secret.value();
        int written = 0;
        while (written < value.length) {
            written += libc.write(fd, value, written, value.length - written).orThrow("write " + path);
        }
        libc.close(fd).orThrow("close " + path);
        libc.chown(path, uid, uid).orThrow("chown " + path);
    }

    private void share(Path agent, String guestPath, long flags) throws IOException {
        Path relative = Path.of(guestPath.substring(1));
        Path source = ownDirectory(Path.of(spec.get(JailSpec.SHARES)), relative);
        Path target = mountPoint(agent, relative);
        if ((flags & Mounts.MS_RDONLY) == 0) {
            libc.chown(source.toString(), uid, uid).orThrow("chown " + source);
        }
        bindOnto(source, target, flags);
    }

    /**
     * The directory below the agent's shares, made where missing. No part of it may be a symbolic link: an agent that
     * writes to an outer share could otherwise have any directory of the host mounted as the inner one.
     */
    private static Path ownDirectory(Path shares, Path relative) throws IOException {
        Files.createDirectories(shares.resolveSibling(""));
        Path directory = own(shares);
        for (Path part : relative) {
            directory = own(directory.resolve(part));
        }
        return directory;
    }

    private static Path own(Path directory) throws IOException {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(directory);
        }
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("share " + directory + " is no directory; remove it");
        }
        return directory;
    }

    /** The directory in the agent's root that a share covers, made where that is the jail's own to make. */
    private static Path mountPoint(Path agent, Path relative) throws IOException {
        Path directory = agent;
        for (Path part : relative) {
            directory = directory.resolve(part);
            if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
                if (!Files.isWritable(directory.getParent())) {
                    throw new IOException("the agent's root file system has no directory /" + relative
                            + " to mount its share on; add it");
                }
                Files.createDirectory(directory);
            }
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("/" + relative + " in the agent's root file system is no directory");
            }
        }
        return directory;
    }

    /** pivot_root(2)'s own recipe: old and new root stacked in one place, then the old one detached. */
    private void enter() throws SyscallException {
        libc.chdir(root.toString()).orThrow("chdir " + root);
        libc.pivotRoot(".", ".").orThrow("pivot_root to " + root);
        libc.umount2(".", Mounts.MNT_DETACH).orThrow("unmount the old root");
        libc.chdir("/").orThrow("chdir /");
    }
}
