package dev.nullbox.nulld.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The cgroup v2 tree: {@code agents/} for cage, {@code services/NAME} for each service. Source:
 * Documentation/admin-guide/cgroup-v2.rst.
 *
 * @param root {@code /sys/fs/cgroup}
 * @param extraBytes what each service may hold above its own limit: the state that it keeps in memory counts as its own
 */
public record Cgroups(Path root, long extraBytes) {
    private static final String CONTROLLERS = "+cpu +memory +pids";
    private static final String OOM_KILL = "oom_kill ";

    /** Turns the controllers on and makes the two branches. */
    public void prepare() throws BootException {
        try {
            KernelFiles.write(root.resolve("cgroup.subtree_control"), CONTROLLERS);
            for (String branch : new String[] {"agents", "services"}) {
                Files.createDirectories(root.resolve(branch));
                KernelFiles.write(root.resolve(branch).resolve("cgroup.subtree_control"), CONTROLLERS);
            }
        } catch (IOException e) {
            throw new BootException(
                    "cannot turn on the cgroup controllers cpu, memory and pids: " + e,
                    "build the kernel with kernel-config/: no agent may run without limits");
        }
    }

    /**
     * Makes a service's cgroup, with its limits.
     *
     * @throws IOException when one cannot be set: no service runs without them
     */
    public Path service(String name, ServiceSpec.Limits limits) throws IOException {
        Path own = own(name);
        Files.createDirectories(own);
        KernelFiles.write(own.resolve("memory.max"), Long.toString((limits.memoryMib() << 20) + extraBytes));
        // A service that has lost one of its processes is none: all end, and it starts anew.
        KernelFiles.write(own.resolve("memory.oom.group"), "1");
        KernelFiles.write(own.resolve("pids.max"), Integer.toString(limits.tasks()));
        return own;
    }

    /** How many processes of the service the kernel has killed for want of memory, in all. */
    public long outOfMemoryKills(String name) {
        try {
            for (String line : Files.readAllLines(own(name).resolve("memory.events"))) {
                if (line.startsWith(OOM_KILL)) {
                    return Long.parseLong(line.substring(OOM_KILL.length()));
                }
            }
        } catch (IOException | NumberFormatException e) {
            return 0; // not started yet; and what cannot be read explains nothing
        }
        return 0;
    }

    /** Kills all that is left in a service's cgroup, its forgotten children too. */
    public void kill(String name) throws IOException {
        Path file = own(name).resolve("cgroup.kill");
        if (Files.exists(file)) {
            KernelFiles.write(file, "1");
        }
    }

    private Path own(String name) {
        return root.resolve("services").resolve(name);
    }
}
