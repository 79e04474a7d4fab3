package dev.nullbox.nulld.linux;

import dev.nullbox.service.process.Cgroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The cgroup v2 tree: {@code agents/} for cage, {@code services/NAME} for each service.
 *
 * @param root {@code /sys/fs/cgroup}
 * @param extraBytes what each service may hold above its own limit: the state that it keeps in memory counts as its own
 */
public record Cgroups(Path root, long extraBytes) {
    private static final String CONTROLLERS = "+cpu +memory +pids";

    /** Turns the controllers on and makes the two branches. */
    public void prepare() throws BootException {
        Cgroup top = new Cgroup(root);
        try {
            top.delegate(CONTROLLERS);
            for (String branch : new String[] {"agents", "services"}) {
                Files.createDirectories(top.child(branch).directory());
                top.child(branch).delegate(CONTROLLERS);
            }
        } catch (IOException e) {
            throw new BootException(
                    "cannot turn on the cgroup controllers cpu, memory and pids: " + e,
                    "build the kernel with kernel-config/: no agent may run without limits");
        }
    }

    /** A service's cgroup, whether it is there or not. */
    public Cgroup service(String name) {
        return new Cgroup(root.resolve("services").resolve(name));
    }

    /**
     * Makes a service's cgroup, with its limits.
     *
     * @throws IOException when one cannot be set: no service runs without them
     */
    public Path make(String name, ServiceSpec.Limits limits) throws IOException {
        Cgroup own = service(name);
        Files.createDirectories(own.directory());
        own.set("memory.max", Long.toString((limits.memoryMib() << 20) + extraBytes));
        // A service that has lost one of its processes is none: all end, and it starts anew.
        own.set("memory.oom.group", "1");
        own.set("pids.max", Integer.toString(limits.tasks()));
        return own.directory();
    }
}
