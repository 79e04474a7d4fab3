package dev.nullbox.nulld.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The kernel's files about disks, below a directory; the disks are files, partitioned by the real sfdisk. */
final class Machine {
    private final Path root;

    Machine(Path root) throws IOException {
        this.root = root;
        Files.createDirectories(root.resolve("sys/class/block"));
        Files.createDirectories(root.resolve("dev"));
        Files.createDirectories(root.resolve("proc/self"));
        Files.writeString(root.resolve("proc/self/mountinfo"), "");
    }

    Path root() {
        return root;
    }

    Path node(String name) {
        return root.resolve("dev").resolve(name);
    }

    /** A disk of zeros. */
    Path disk(String name, long mib) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(node(name).toFile(), "rw")) {
            file.setLength(mib << 20);
        }
        Path entry = entry(root.resolve("sys/devices").resolve(name), name, mib * 2048);
        Files.createDirectories(entry.resolve("device"));
        Files.writeString(entry.resolve("device/model"), "Model of " + name + "\n");
        return node(name);
    }

    /** A partition of a disk, as the kernel tells of it. */
    Path partition(String disk, String name, String label, long mib) throws IOException {
        Path entry = entry(root.resolve("sys/devices").resolve(disk).resolve(name), name, mib * 2048);
        Files.writeString(entry.resolve("partition"), "1\n");
        Files.writeString(entry.resolve("uevent"), "PARTNAME=" + label + "\n");
        Files.writeString(entry.resolve("dev"), "8:" + name.replaceAll("\\D", "") + "\n");
        return entry;
    }

    private Path entry(Path directory, String name, long sectors) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("size"), sectors + "\n");
        Files.writeString(directory.resolve("uevent"), "DEVNAME=" + name + "\n");
        Files.createSymbolicLink(root.resolve("sys/class/block").resolve(name), directory);
        return directory;
    }

    /** Gives a disk this table: a script of sfdisk(8). */
    static void partitioned(Path disk, String script) throws Exception {
        run(script, "/sbin/sfdisk", "-q", disk.toString());
    }

    /** The table as sfdisk reads it, which complains of a damaged one. */
    static String table(Path disk) throws Exception {
        return run("", "/sbin/sfdisk", "--dump", disk.toString());
    }

    private static String run(String input, String... words) throws Exception {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        try (var out = process.getOutputStream()) {
            out.write(input.getBytes(StandardCharsets.US_ASCII));
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}
