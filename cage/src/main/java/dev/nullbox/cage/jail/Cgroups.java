package dev.nullbox.cage.jail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The agents' control groups: {@code agents/NAME} in the unified hierarchy, with cpu.max, memory.max and pids.max.
 * Source: Documentation/admin-guide/cgroup-v2.rst.
 */
public final class Cgroups {
    private static final String BRANCH = "agents";
    private static final int PERIOD_MICROS = 100_000;
    private static final int MICROS_PER_PERCENT = 1_000;
    private static final long MIB = 1L << 20;
    /** What a VMM takes beside its guest's memory: code, queues, the /tmp and secrets of the agent, a runtime's heap. */
    private static final int VMM_MIB = 96;

    private static final int MAX_TASKS = 128;
    private static final long EMPTY_TRIES = 200;
    private static final long EMPTY_PAUSE_MILLIS = 10;

    private final Path mount;
    private final Set<String> controllers;

    /**
     * @param mount where the unified hierarchy is mounted
     * @param controllers of cpu, memory and pids, those whose limits are set
     */
    public Cgroups(Path mount, Set<String> controllers) {
        this.mount = mount;
        this.controllers = controllers;
    }

    /** What /proc/self/cgroup says of a process in the agent's group. */
    public static String name(String agent) {
        return "/" + BRANCH + "/" + agent;
    }

    /** Makes the branch for agents and hands the controllers down to it. */
    public void prepare() throws IOException {
        Files.createDirectories(mount.resolve(BRANCH));
        for (String controller : controllers) {
            write(mount.resolve("cgroup.subtree_control"), "+" + controller);
            write(mount.resolve(BRANCH).resolve("cgroup.subtree_control"), "+" + controller);
        }
    }

    /**
     * Makes an agent's group with its limits; on failure none is left.
     *
     * @return what the kernel then says of cpu.max, memory.max and pids.max, by these names
     * @throws IOException when a limit cannot be set, or reads otherwise than it was set
     */
    public Map<String, String> create(String agent, int cpuPercent, int memoryMib) throws IOException {
        Path group = group(agent);
        Files.createDirectory(group);
        try {
            return limit(group, cpuPercent, memoryMib);
        } catch (IOException e) {
            Files.delete(group);
            throw e;
        }
    }

    private Map<String, String> limit(Path group, int cpuPercent, int memoryMib) throws IOException {
        Map<String, String> limits = new LinkedHashMap<>();
        if (controllers.contains("cpu")) {
            limits.put("cpu.max", (long) cpuPercent * MICROS_PER_PERCENT + " " + PERIOD_MICROS);
        }
        if (controllers.contains("memory")) {
            limits.put("memory.max", Long.toString((memoryMib + VMM_MIB) * MIB));
            set(group.resolve("memory.oom.group"), "1");
            // Absent where the kernel cannot swap at all.
            if (Files.exists(group.resolve("memory.swap.max"))) {
                set(group.resolve("memory.swap.max"), "0");
            }
        }
        if (controllers.contains("pids")) {
            limits.put("pids.max", Integer.toString(MAX_TASKS));
        }
        for (Map.Entry<String, String> limit : limits.entrySet()) {
            set(group.resolve(limit.getKey()), limit.getValue());
        }
        return limits;
    }

    /** Writes a limit and reads it back: the kernel rounds, and may take less than it was asked for. */
    private static void set(Path file, String value) throws IOException {
        write(file, value);
        String got = Files.readString(file, StandardCharsets.US_ASCII).strip();
        if (!got.equals(value)) {
            throw new IOException(file + " reads " + got + " after " + value + " was written");
        }
    }

    /** Moves a process with all its threads. */
    public void add(String agent, int pid) throws IOException {
        write(group(agent).resolve("cgroup.procs"), Integer.toString(pid));
    }

    /** Kills all that is in the agent's group, waits until it is empty, and removes it; does nothing when it is absent. */
    public void remove(String agent) throws IOException {
        Path group = group(agent);
        if (!Files.isDirectory(group)) {
            return;
        }
        write(group.resolve("cgroup.kill"), "1");
        for (int tries = 0; tries < EMPTY_TRIES && isPopulated(group); tries++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(EMPTY_PAUSE_MILLIS));
        }
        Files.delete(group);
    }

    private static boolean isPopulated(Path group) throws IOException {
        try {
            return Files.readAllLines(group.resolve("cgroup.events")).contains("populated 1");
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** The agents that have a group. */
    public List<String> list() throws IOException {
        List<String> agents = new ArrayList<>();
        Path branch = mount.resolve(BRANCH);
        if (Files.isDirectory(branch)) {
            try (DirectoryStream<Path> groups = Files.newDirectoryStream(branch, Files::isDirectory)) {
                groups.forEach(group -> agents.add(group.getFileName().toString()));
            }
        }
        return agents;
    }

    private Path group(String agent) {
        return mount.resolve(BRANCH).resolve(agent);
    }

    /** One write without O_CREAT: an absent control file is an error that names it. */
    private static void write(Path file, String value) throws IOException {
        try {
            Files.write(file, value.getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IOException("write " + value + " to " + file + ": " + e.getMessage(), e);
        }
    }
}
