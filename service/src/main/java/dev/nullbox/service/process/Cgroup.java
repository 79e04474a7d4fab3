package dev.nullbox.service.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Control group of the unified hierarchy. Source: Documentation/admin-guide/cgroup-v2.rst.
 *
 * @param directory the group's own, as {@code /sys/fs/cgroup/agents/NAME}
 */
public record Cgroup(Path directory) {
    private static final String OOM_KILL = "oom_kill ";
    private static final int EMPTY_TRIES = 200;
    private static final long EMPTY_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** The group of this name within this one; it need not exist. */
    public Cgroup child(String name) {
        return new Cgroup(directory.resolve(name));
    }

    /** The names of the groups within this one; none where this one is absent. */
    public List<String> children() throws IOException {
        List<String> names = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> groups = Files.newDirectoryStream(directory, Files::isDirectory)) {
                groups.forEach(group -> names.add(group.getFileName().toString()));
            }
        }
        return names;
    }

    /** Hands controllers down to the groups within: {@code "+cpu +memory"}. */
    public void delegate(String controllers) throws IOException {
        set("cgroup.subtree_control", controllers);
    }

    /** Moves a process with all its threads into the group; 0 is the calling process. */
    public void add(int pid) throws IOException {
        set("cgroup.procs", Integer.toString(pid));
    }

    /**
     * Writes one of the group's files.
     *
     * @throws IOException with the value and the file, also when there is no such file
     */
    public void set(String file, String value) throws IOException {
        write(directory.resolve(file), value);
    }

    /**
     * Writes a limit and reads it back: the kernel rounds, and may take less than it was asked for.
     *
     * @throws IOException when it reads otherwise
     */
    public void limit(String file, String value) throws IOException {
        set(file, value);
        String got = Files.readString(directory.resolve(file)).strip();
        if (!got.equals(value)) {
            throw new IOException(directory.resolve(file) + " reads " + got + " after " + value + " was written");
        }
    }

    /** Tells whether the group has this file; an older kernel, or a group without its controller, lacks it. */
    public boolean has(String file) {
        return Files.exists(directory.resolve(file));
    }

    /** Processes that the kernel has killed in the group for lack of memory; 0 where that cannot be read. */
    public long outOfMemoryKills() {
        // Not started yet; an unreadable file explains nothing.
        return figure("memory.events", OOM_KILL).orElse(0L);
    }

    /** The number of a file that holds one; absent where it cannot be read, or says that there is no bound. */
    public Optional<Long> figure(String file) {
        return figure(file, "");
    }

    /** The number of the line that begins so; absent where it cannot be read. */
    public Optional<Long> figure(String file, String prefix) {
        try {
            for (String line : Files.readAllLines(directory.resolve(file))) {
                if (line.startsWith(prefix)) {
                    return Optional.of(Long.parseLong(line.substring(prefix.length())));
                }
            }
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    /** Kills every process in the group and below; does nothing where it is absent. */
    public void kill() throws IOException {
        if (has("cgroup.kill")) {
            set("cgroup.kill", "1");
        }
    }

    /**
     * Kills every process in the group, waits two seconds at most until it is empty, and removes it; does nothing where
     * it is absent.
     */
    public void remove() throws IOException {
        if (Files.isDirectory(directory)) {
            kill();
            for (int tries = 0; tries < EMPTY_TRIES && isPopulated(); tries++) {
                LockSupport.parkNanos(EMPTY_PAUSE_NANOS);
            }
            Files.delete(directory);
        }
    }

    private boolean isPopulated() throws IOException {
        return has("cgroup.events")
                && Files.readAllLines(directory.resolve("cgroup.events")).contains("populated 1");
    }

    /**
     * Writes a setting of the kernel whole, in one call and without O_CREAT.
     *
     * @throws IOException with the value and the file
     */
    public static void write(Path file, String value) throws IOException {
        try {
            Files.write(file, value.getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IOException("write " + value + " to " + file + ": " + e.getMessage(), e);
        }
    }
}
