package dev.nullbox.smoketest;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A disk with the one partition that the appliance takes for its data: GPT, labelled nullbox-data, XFS. */
final class DataDisk {
    private static final long LIMIT_MINUTES = 5;

    private DataDisk() {}

    /**
     * Makes the disk as {@code ./nullbox boot --agent} does; it is sparse.
     *
     * @param disk the file to make
     * @param agents a directory of agents, each with AGENT.toml and rootfs, of which an image is made
     */
    static Path create(Path disk, Path agents) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Inputs.diskMaker().toString(), disk.toString()));
        try (Stream<Path> directories = Files.list(agents)) {
            directories.sorted().map(Path::toString).forEach(command::add);
        }
        run(command);
        return disk;
    }

    /** Makes a disk with a partition that has no file system. */
    static Path blank(Path disk, long mib) throws IOException, InterruptedException {
        try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.setLength(mib << 20);
        }
        run(List.of(
                "/bin/sh",
                "-c",
                "printf 'label: gpt\\nstart=2048, name=nullbox-data\\n' | /sbin/sfdisk -q \"$0\"",
                disk.toString()));
        return disk;
    }

    /** The disk's content, byte by byte. */
    static String content(Path disk) throws IOException, InterruptedException {
        // In an archive without holes, as the sparse disk has gigabytes of them.
        Path archive = disk.resolveSibling("content.tar");
        run(List.of("tar", "--create", "--sparse", "--file", archive.toString(), disk.toString()));
        String content = Files.readString(archive, StandardCharsets.ISO_8859_1);
        Files.delete(archive);
        return content;
    }

    /** Runs a command with a timeout; its output is in the exception when it fails. */
    static void run(List<String> command) throws IOException, InterruptedException {
        Path log = Files.createTempFile("data-disk", ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + " failed: " + Files.readString(log));
            }
        } finally {
            Files.delete(log);
        }
    }
}
