package dev.nullbox.nulld.linux;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Disk or partition.
 *
 * @param name as in /sys/class/block: {@code "vda1"}
 * @param node its device node
 * @param bytes its size
 * @param partitionLabel its GPT label, or empty
 * @param disk the name of the disk that it is a partition of; its own when it is none
 */
public record BlockDevice(String name, Path node, long bytes, String partitionLabel, String disk) {
    private static final int SECTOR = 512;

    /** The devices present, by name, without loop devices, RAM disks and what the device mapper makes of others; none where /sys is not mounted. */
    public static List<BlockDevice> list(Path root) {
        List<BlockDevice> devices = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve("sys/class/block"))) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (!name.startsWith("loop")
                        && !name.startsWith("ram")
                        && !name.startsWith("zram")
                        && !name.startsWith("dm-")) {
                    devices.add(describe(root, entry, name));
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        devices.sort(Comparator.comparing(BlockDevice::name));
        return devices;
    }

    /**
     * So many bytes from an offset; empty when the device is shorter.
     *
     * @throws IOException when it cannot be read: no medium, an I/O error
     */
    public Optional<byte[]> read(long offset, int length) throws IOException {
        return read(node, offset, length);
    }

    public static Optional<byte[]> read(Path file, long offset, int length) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(offset);
            byte[] bytes = new byte[length];
            int got = 0;
            while (got < length) {
                int n = in.read(bytes, got, length - got);
                if (n < 0) {
                    return Optional.empty();
                }
                got += n;
            }
            return Optional.of(bytes);
        }
    }

    private static BlockDevice describe(Path root, Path entry, String name) {
        String label = "";
        for (String line : lines(entry.resolve("uevent"))) {
            if (line.startsWith("PARTNAME=")) {
                label = line.substring("PARTNAME=".length());
            }
        }
        List<String> size = lines(entry.resolve("size"));
        long sectors = size.isEmpty() ? 0 : number(size.getFirst().trim());
        Path node = root.resolve("dev").resolve(name.replace('!', '/'));
        return new BlockDevice(name, node, sectors * SECTOR, label, disk(entry, name));
    }

    /** Name of the disk: a partition's directory lies in that of its disk. */
    private static String disk(Path entry, String name) {
        try {
            Path parent = entry.toRealPath().getParent();
            return parent != null && Files.exists(entry.resolve("partition"))
                    ? String.valueOf(parent.getFileName())
                    : name;
        } catch (IOException e) {
            return name;
        }
    }

    /** Lines of a file; none for a device that was removed between listing and reading. */
    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
