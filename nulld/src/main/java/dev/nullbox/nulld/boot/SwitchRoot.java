package dev.nullbox.nulld.boot;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Mounts;
import dev.nullbox.nulld.linux.MountEntry;
import dev.nullbox.nulld.linux.MountTable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Switch from the initramfs to the mounted root: moves the mounts, frees the initramfs' memory, changes the root. */
final class SwitchRoot {
    private final Libc libc;
    private final Path root;
    private final Path newRoot;

    /**
     * @param root {@code /} of the initramfs
     * @param newRoot where the root is mounted
     */
    SwitchRoot(Libc libc, Path root, Path newRoot) {
        this.libc = libc;
        this.root = root;
        this.newRoot = newRoot;
    }

    /** Moves these mounts and then itself; afterwards {@code /} is the new root. */
    void enter(List<MountEntry> carried) throws SyscallException, IOException {
        for (MountEntry entry : carried) {
            String from = entry.at(root).toString();
            String to = entry.at(newRoot).toString();
            libc.mount(from, to, null, Mounts.MS_MOVE, null).orThrow("move the mount " + from + " to " + to);
        }
        delete(Set.of(newRoot));
        libc.chdir(newRoot.toString()).orThrow("chdir " + newRoot);
        libc.mount(".", "/", null, Mounts.MS_MOVE, null).orThrow("move the mount " + newRoot + " to /");
        libc.chroot(".").orThrow("chroot " + newRoot);
        libc.chdir("/").orThrow("chdir /");
    }

    /**
     * Deletes the initramfs' files, without those to keep: the one mount left below it, as nothing is deleted across a
     * mount.
     */
    void delete(Set<Path> keep) throws IOException {
        deleteIn(root, keep);
    }

    private static void deleteIn(Path directory, Set<Path> keep) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (keep.contains(entry)) {
                    continue;
                }
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    deleteIn(entry, keep);
                }
                Files.deleteIfExists(entry);
            }
        }
    }

    /** Mounts the root on this device. */
    SysResult mount(String device) {
        return libc.mount(device, newRoot.toString(), "squashfs", MountTable.ROOT_FLAGS, null);
    }
}
