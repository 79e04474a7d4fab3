package dev.nullbox.cage.disk;

import dev.nullbox.natives.Libc;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Room for disks on the data partition: what they take and what is free, without a reserve for the services and the maps
 * that the file system keeps of the disks' blocks.
 */
final class DataSpace implements Space {
    /** The reserve: this, or a twentieth of the file system when that is more. */
    static final long MIN_RESERVE = 64L << 20;

    static final int RESERVE_PART = 20;
    /** The room is lessened by one part in so many: a map has at most 16 bytes for each block of 4096. */
    private static final int MAP_PART = 128;

    private final Libc libc;
    private final Path data;
    private final Path disks;
    private final boolean isMemory;

    /**
     * @param data the file system's root
     * @param disks the directory of the disks' directories
     */
    DataSpace(Libc libc, Path data, Path disks) throws IOException {
        this.libc = libc;
        this.data = data;
        this.disks = disks;
        this.isMemory = Files.getFileStore(data).type().equals("tmpfs");
    }

    /** True when state is in memory: there is no data partition. */
    boolean isMemory() {
        return isMemory;
    }

    @Override
    public long limit() throws IOException {
        FileStore store = Files.getFileStore(data);
        long reserve = Math.max(MIN_RESERVE, store.getTotalSpace() / RESERVE_PART);
        long room = Math.max(0, allocated() + store.getUsableSpace() - reserve);
        return room - room / MAP_PART;
    }

    @Override
    public String remedy() {
        return isMemory
                ? "there is no data partition, and disks lie in memory: attach one, or ask for less"
                : "ask for less, remove disks of other agents, or use a larger data partition";
    }

    /** What all disks take, and share with no other file. */
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
