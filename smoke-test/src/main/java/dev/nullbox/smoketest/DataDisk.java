package dev.nullbox.smoketest;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A disk with the one partition that the appliance takes for its data: GPT, labelled nullbox-data, ext4. */
final class DataDisk {
    private static final long MIB = 1 << 20;
    private static final long PARTITION_MIB = 64;
    private static final int SECTOR = 512;

    private DataDisk() {}

    /**
     * Makes the disk; it is sparse.
     *
     * @param disk the file to make
     * @param content a directory that becomes the file system's root, owned by root
     */
    static Path create(Path disk, Path content) throws IOException, InterruptedException {
        try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.setLength((PARTITION_MIB + 2) * MIB);
        }
        String table = "label: gpt\nstart=" + MIB / SECTOR + ", size=" + PARTITION_MIB * MIB / SECTOR
                + ", type=linux, name=nullbox-data\n";
        run(table, List.of("sfdisk", "--quiet", disk.toString()), "fdisk");
        run(
                "",
                List.of(
                        "mkfs.ext4",
                        "-q",
                        "-F",
                        "-E",
                        "offset=" + MIB + ",root_owner=0:0",
                        "-d",
                        content.toString(),
                        disk.toString(),
                        PARTITION_MIB + "M"),
                "e2fsprogs");
        return disk;
    }

    private static void run(String input, List<String> command, String debianPackage)
            throws IOException, InterruptedException {
        Path log = Files.createTempFile("data-disk", ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            Process process = start(builder, command.getFirst(), debianPackage);
            process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + " failed: " + Files.readString(log));
            }
        } finally {
            Files.delete(log);
        }
    }

    private static Process start(ProcessBuilder builder, String tool, String debianPackage) throws IOException {
        // Not every user has the directories of system tools in PATH.
        for (String directory : List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin")) {
            Path file = Path.of(directory, tool);
            if (Files.isExecutable(file)) {
                builder.command().set(0, file.toString());
                return builder.start();
            }
        }
        throw new IOException(tool + " is missing: apt-get install " + debianPackage);
    }
}
