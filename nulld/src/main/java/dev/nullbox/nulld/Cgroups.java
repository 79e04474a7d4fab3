package dev.nullbox.nulld;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The cgroup v2 tree: {@code agents/} for cage, {@code services/NAME} for each service. Source:
 * Documentation/admin-guide/cgroup-v2.rst.
 *
 * @param root {@code /sys/fs/cgroup}
 */
record Cgroups(Path root) {
    private static final String CONTROLLERS = "+cpu +memory +pids";

    /** Turns the controllers on and makes the two branches. */
    void prepare() throws BootException {
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

    /** Makes a service's cgroup; empty where there are no cgroups. */
    Optional<Path> service(String name) {
        Path services = root.resolve("services");
        if (!Files.isDirectory(services)) {
            return Optional.empty();
        }
        Path own = services.resolve(name);
        try {
            Files.createDirectories(own);
            return Optional.of(own);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Kills all that is left in a service's cgroup, its forgotten children too. */
    void kill(String name) throws IOException {
        Path file = root.resolve("services").resolve(name).resolve("cgroup.kill");
        if (Files.exists(file)) {
            KernelFiles.write(file, "1");
        }
    }
}
