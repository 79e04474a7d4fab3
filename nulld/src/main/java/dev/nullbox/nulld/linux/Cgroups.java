package dev.nullbox.nulld.linux;

import dev.nullbox.service.process.Cgroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The cgroup v2 tree: {@code agents/} for cage, {@code services/NAME} for each service.
 *
 * @param root {@code /sys/fs/cgroup}
 * @param extraBytes memory of each service above its own limit: a state in memory is charged to the service
 */
public record Cgroups(Path root, long extraBytes) {
    private static final String CONTROLLERS = "+cpu +memory +pids";
    private static final String AGENTS = "agents";
    private static final String AGENTS_KEEPER = "cage";

    /** Enables the controllers and creates the two branches. */
    public void prepare() throws BootException {
        Cgroup top = new Cgroup(root);
        try {
            top.delegate(CONTROLLERS);
            for (String branch : new String[] {AGENTS, "services"}) {
                Files.createDirectories(top.child(branch).directory());
                top.child(branch).delegate(CONTROLLERS);
            }
        } catch (IOException e) {
            throw new BootException(
                    "cannot turn on the cgroup controllers cpu, memory and pids: " + e,
                    "build the kernel with kernel-config/: no agent may run without limits");
        }
    }

    /**
     * Kills what an ended service has left running. Cage's includes its agents: their leases, rules and health are not
     * watched any more, and a process that clears its parent-death signal outlives cage.
     */
    public void clean(String name) throws IOException {
        service(name).kill();
        if (name.equals(AGENTS_KEEPER)) {
            new Cgroup(root.resolve(AGENTS)).kill();
        }
    }

    /** A service's cgroup, which need not exist. */
    public Cgroup service(String name) {
        return new Cgroup(root.resolve("services").resolve(name));
    }

    /**
     * Creates a service's cgroup, with its limits.
     *
     * @throws IOException when one cannot be set: no service runs without them
     */
    public Path make(String name, ServiceSpec.Limits limits) throws IOException {
        Cgroup own = service(name);
        Files.createDirectories(own.directory());
        own.set("memory.max", Long.toString((limits.memoryMib() << 20) + extraBytes));
        // A service without one of its processes does not work: all are killed, and it is started anew.
        own.set("memory.oom.group", "1");
        own.set("pids.max", Integer.toString(limits.tasks()));
        return own.directory();
    }
}
