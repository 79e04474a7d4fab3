package dev.nullbox.nulld.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Services and cgroups for tests. */
public final class TestServices {
    public static final ServiceSpec.Limits LIMITS = new ServiceSpec.Limits(64, 32, "a test");

    private TestServices() {}

    /** A required service of root's, 60 s to start and 10 s to stop, after these. */
    public static ServiceSpec service(String name, ServiceSpec.Readiness readiness, String... after) {
        return service(name, List.of("/bin/" + name), readiness, true, after);
    }

    /** The same with its command, and required or not. */
    public static ServiceSpec service(
            String name, List<String> command, ServiceSpec.Readiness readiness, boolean required, String... after) {
        return new ServiceSpec(
                name,
                "root",
                List.of(),
                List.of(),
                command,
                List.of(after),
                required,
                readiness,
                60_000,
                10_000,
                LIMITS);
    }

    /** Plain files where the kernel would have its own: a tree with the cgroups of these services. */
    public static Cgroups cgroups(Path root, String... services) throws IOException {
        Files.createDirectories(root.resolve("agents"));
        for (String directory : new String[] {"", "agents", "services"}) {
            Files.createDirectories(root.resolve(directory));
            Files.writeString(root.resolve(directory).resolve("cgroup.subtree_control"), "");
        }
        for (String service : services) {
            Path own = Files.createDirectories(root.resolve("services").resolve(service));
            for (String file : List.of("memory.max", "memory.oom.group", "pids.max", "cgroup.kill", "cgroup.procs")) {
                Files.writeString(own.resolve(file), "");
            }
            Files.writeString(own.resolve("memory.events"), "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n");
        }
        return new Cgroups(root, 0);
    }
}
