package dev.nullbox.cage.jail;

import dev.nullbox.service.process.Cgroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The agents' control groups: {@code agents/NAME} in the unified hierarchy, with cpu.max, memory.max and pids.max.
 * Source: Documentation/admin-guide/cgroup-v2.rst.
 */
public final class Cgroups {
    private static final String BRANCH = "agents";
    private static final int PERIOD_MICROS = 100_000;
    private static final int MICROS_PER_PERCENT = 1_000;
    private static final long MIB = 1L << 20;
    /**
     * Memory of a VMM in addition to its guest's: code, queues, the /tmp and secrets of the agent, a runtime's heap.
     */
    private static final int VMM_MIB = 96;
    /** Ratio of guest memory to page tables: the host's and KVM's have 8 bytes each for a page of 4 KiB. */
    private static final int MIB_PER_MIB_OF_TABLES = 256;

    private static final int MAX_TASKS = 128;

    private final Cgroup root;
    private final Cgroup branch;
    private final Set<String> controllers;

    /**
     * @param mount mount point of the unified hierarchy
     * @param controllers the controllers among cpu, memory and pids whose limits are set
     */
    public Cgroups(Path mount, Set<String> controllers) {
        this.root = new Cgroup(mount);
        this.branch = root.child(BRANCH);
        this.controllers = controllers;
    }

    /** The group in the form of /proc/self/cgroup. */
    public static String name(String agent) {
        return "/" + BRANCH + "/" + agent;
    }

    /** Creates the branch for agents and delegates the controllers to it. */
    public void prepare() throws IOException {
        Files.createDirectories(branch.directory());
        for (String controller : controllers) {
            root.delegate("+" + controller);
            branch.delegate("+" + controller);
        }
    }

    /**
     * Makes an agent's group with its limits; on failure none is left.
     *
     * @return the kernel's values of cpu.max, memory.max and pids.max, by these names
     * @throws IOException when a limit cannot be set, or reads back differently
     */
    public Map<String, String> create(String agent, int cpuPercent, int memoryMib) throws IOException {
        Cgroup group = branch.child(agent);
        Files.createDirectory(group.directory());
        try {
            return limit(group, cpuPercent, memoryMib);
        } catch (IOException e) {
            Files.delete(group.directory());
            throw e;
        }
    }

    private Map<String, String> limit(Cgroup group, int cpuPercent, int memoryMib) throws IOException {
        Map<String, String> limits = new LinkedHashMap<>();
        if (controllers.contains("cpu")) {
            limits.put("cpu.max", cpuMax(cpuPercent));
        }
        if (controllers.contains("memory")) {
            limits.put("memory.max", Long.toString((memoryMib + VMM_MIB + memoryMib / MIB_PER_MIB_OF_TABLES) * MIB));
            group.limit("memory.oom.group", "1");
            // Absent where the kernel has no swap.
            if (group.has("memory.swap.max")) {
                group.limit("memory.swap.max", "0");
            }
        }
        if (controllers.contains("pids")) {
            limits.put("pids.max", Integer.toString(MAX_TASKS));
        }
        for (Map.Entry<String, String> limit : limits.entrySet()) {
            group.limit(limit.getKey(), limit.getValue());
        }
        return limits;
    }

    private static String cpuMax(int cpuPercent) {
        return (long) cpuPercent * MICROS_PER_PERCENT + " " + PERIOD_MICROS;
    }

    /** Gives an agent's group another limit of processor time. */
    public void limitCpu(String agent, int cpuPercent) throws IOException {
        if (controllers.contains("cpu")) {
            branch.child(agent).limit("cpu.max", cpuMax(cpuPercent));
        }
    }

    /** Moves a process with all its threads. */
    public void add(String agent, int pid) throws IOException {
        branch.child(agent).add(pid);
    }

    /**
     * Kills all processes in the agent's group, waits until it is empty, and removes it; does nothing when it is
     * absent.
     */
    public void remove(String agent) throws IOException {
        branch.child(agent).remove();
    }

    /** Processes that the kernel has killed in the agent's group for lack of memory. */
    public long outOfMemoryKills(String agent) {
        return branch.child(agent).outOfMemoryKills();
    }

    /**
     * Use of the machine by all that is in a group.
     *
     * @param memoryLimit absent where there is none
     */
    public record Usage(long cpuMicros, long memoryBytes, Optional<Long> memoryLimit, long tasks) {}

    /** Usage of an agent's group; absent when there is none. A figure without its controller is 0. */
    public Optional<Usage> usage(String agent) {
        Cgroup group = branch.child(agent);
        return group.figure("cpu.stat", "usage_usec ")
                .map(micros -> new Usage(
                        micros,
                        group.figure("memory.current").orElse(0L),
                        group.figure("memory.max"),
                        group.figure("pids.current").orElse(0L)));
    }

    /** The agents that have a group. */
    public List<String> list() throws IOException {
        return branch.children();
    }
}
