package dev.nullbox.cage.disk;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.filesystem.FilesystemStat;
import dev.nullbox.natives.filesystem.ProjectQuota;
import dev.nullbox.natives.linux.Filesystems;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Space for disks on the data partition: used plus free space, less a reserve for the services and for the file
 * system's maps of the disks' blocks. On XFS a project quota of the disks' directory enforces the reserve.
 */
final class DataSpace implements Space {
    /** Least reserve: this, or a twentieth of the file system when that is more. */
    static final long MIN_RESERVE = 64L << 20;

    static final int RESERVE_PART = 20;
    /** Fraction of the reserve for agents' output; a smaller one where all of it is memory. */
    private static final int OUTPUT_PART = 4;

    private static final int OUTPUT_PART_MEMORY = 16;

    /** Project number of all disks. */
    static final int PROJECT = 1;
    /**
     * Most files and directories of disks: more than a thousand agents have, and few compared with what the file system
     * can hold.
     */
    static final int MAX_INODES = 16_384;
    /** Fraction of the space that is subtracted for maps: a map has at most 16 bytes for each block of 4096. */
    private static final int MAP_PART = 128;

    private final Libc libc;
    private final Path data;
    private final Path disks;
    private final long type;
    private final boolean hasQuota;

    private DataSpace(Libc libc, Path data, Path disks, long type, boolean hasQuota) {
        this.libc = libc;
        this.data = data;
        this.disks = disks;
        this.type = type;
        this.hasQuota = hasQuota;
    }

    /**
     * Space below a directory, bounded by a quota where the file system has them.
     *
     * @param data the file system's root
     * @param disks the directory of the disks' directories, which exists
     * @throws IOException when it cannot be measured, or its quota cannot be set
     */
    static DataSpace open(Libc libc, Path data, Path disks) throws IOException {
        long type = FilesystemStat.of(libc, data).type();
        boolean hasQuota = type == Filesystems.XFS_SUPER_MAGIC && ProjectQuota.isEnforced(libc, data);
        if (hasQuota) {
            ProjectQuota.assign(libc, disks, PROJECT);
        } else if (type == Filesystems.XFS_SUPER_MAGIC) {
            System.err.println(
                    "cage: " + data + " is mounted without prjquota: only the admission of agents' disks keeps"
                            + " the services' room");
        }
        DataSpace space = new DataSpace(libc, data, disks, type, hasQuota);
        var _ = space.limit();
        return space;
    }

    /** Counts another directory against the disks' quota, where there is one. */
    void include(Path directory) throws IOException {
        if (hasQuota) {
            ProjectQuota.assign(libc, directory, PROJECT);
        }
    }

    /** Tells whether state is in memory: there is no data partition. */
    boolean isMemory() {
        return type == Filesystems.TMPFS_MAGIC;
    }

    /** Tells whether files can share blocks. */
    boolean hasReflinks() {
        return type == Filesystems.XFS_SUPER_MAGIC;
    }

    @Override
    public long limit() throws IOException {
        FilesystemStat all = FilesystemStat.of(libc, data);
        long free = all.availableBytes() - reserve(all);
        if (hasQuota) {
            // Blocks that two files share are counted for both.
            long used = ProjectQuota.usage(libc, data, PROJECT).bytes();
            ProjectQuota.limit(libc, data, PROJECT, Math.max(MIN_RESERVE, used + free), MAX_INODES);
        }
        long room = Math.max(0, allocated() + free);
        return room - room / MAP_PART;
    }

    private static long reserve(FilesystemStat all) {
        return Math.max(MIN_RESERVE, all.totalBytes() / RESERVE_PART);
    }

    /** Part of the reserve for agents' output: it is promised to no disk, and the services have the rest. */
    long outputLimit() throws IOException {
        return reserve(FilesystemStat.of(libc, data)) / (isMemory() ? OUTPUT_PART_MEMORY : OUTPUT_PART);
    }

    @Override
    public String remedy() {
        return isMemory()
                ? "there is no data partition, and disks lie in memory: attach one, or ask for less"
                : "ask for less, remove disks of other agents, or use a larger data partition";
    }

    /** Bytes that all disks use, and share with no other file. */
    private long allocated() throws IOException {
        long sum = 0;
        for (Path directory : directories(disks)) {
            for (Disk disk : Disk.values()) {
                Path file = directory.resolve(disk.file());
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    sum += Extents.allocated(libc, file);
                }
            }
        }
        return sum;
    }

    /** The directories within one, in no order. */
    static List<Path> directories(Path parent) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(parent, entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS))) {
            entries.forEach(found::add);
        }
        return found;
    }
}
