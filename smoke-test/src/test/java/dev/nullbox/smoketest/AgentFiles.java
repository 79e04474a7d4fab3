package dev.nullbox.smoketest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.UnaryOperator;

/** Agents as their makers have them: NAME/AGENT.toml and NAME/rootfs, of which a data disk is made. */
final class AgentFiles {
    private static final List<String> COMMANDS = List.of(
            "awk",
            "cat",
            "cmp",
            "dd",
            "head",
            "kill",
            "mkdir",
            "mv",
            "poweroff",
            "reboot",
            "rm",
            "sh",
            "sleep",
            "sync",
            "yes");

    private final Path agents;

    /** Under this directory, which the agents' own directories lie in. */
    AgentFiles(Path agents) {
        this.agents = agents;
    }

    /**
     * Adds the probe under a name of its own.
     *
     * @param start {@code auto} or {@code manual}
     * @param allow what its manifest allows
     * @param file a file in its root: /attempts or /serve
     * @param lines of that file
     */
    void addProbe(String name, String start, List<String> allow, String file, List<String> lines) throws IOException {
        addProbe(name, probeManifest(name, start, allow, ""), file, lines);
    }

    /**
     * Adds the probe under a name of its own, to be started by the operator.
     *
     * @param capabilities lines and tables of its manifest
     */
    void addProbe(String name, String capabilities, List<String> attempts) throws IOException {
        addProbe(name, probeManifest(name, "manual", List.of(), capabilities), "attempts", attempts);
    }

    /** Adds the probe under a name of its own, started by itself, listening at TCP 8080 and asked there for its health. */
    void addListener(String name) throws IOException {
        String health = "health_check = { port = 8080, interval_secs = 10 }";
        addProbe(name, probeManifest(name, "auto", List.of(), health), "serve", List.of());
    }

    /** Adds the probe with a whole manifest. */
    void addProbe(String name, String manifest, String file, List<String> lines) throws IOException {
        Path root = add(name, manifest);
        Path program = Files.copy(Inputs.probe(), root.resolve("bin/probe"));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.write(root.resolve(file), lines);
    }

    static String probeManifest(String name, String start, List<String> allow, String capabilities) {
        StringJoiner quoted = new StringJoiner(", ", "[", "]");
        allow.forEach(target -> quoted.add('"' + target + '"'));
        return """
                [agent]
                name = "%s"
                command = ["/bin/probe"]
                start = "%s"
                restart = "never"
                [capabilities]
                max_cpu_percent = 100
                max_memory_mb = 128
                %s
                [capabilities.network]
                allow = %s
                """.formatted(name, start, capabilities, quoted);
    }

    /** Adds an agent whose root is BusyBox alone, with a link for each of the commands that the tests' scripts name. */
    void addBusybox(String name, String manifest) throws IOException {
        Path root = add(name, manifest);
        Path program = Files.copy(Inputs.busybox(), root.resolve("bin/busybox"));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String command : COMMANDS) {
            Files.createSymbolicLink(root.resolve("bin").resolve(command), Path.of("busybox"));
        }
        Files.createDirectory(root.resolve("root"));
    }

    /** Adds an agent whose root is Debian, from an image that is ready. */
    void addDebian(String name, String manifest) throws IOException {
        Path agent = Files.createDirectories(agents.resolve(name));
        Files.writeString(agent.resolve("AGENT.toml"), manifest);
        Files.createSymbolicLink(agent.resolve("root.erofs"), Inputs.debianRoot());
        Files.createSymbolicLink(
                agent.resolve("root.digest"), Inputs.debianRoot().resolveSibling("root.digest"));
    }

    /** Adds an example, from its image that is ready, under the name that its manifest has. */
    void addExample(String example, String name) throws IOException {
        Path made = Inputs.examples().resolve(example);
        Path agent = Files.createDirectories(agents.resolve(name));
        for (String file : List.of("AGENT.toml", "root.erofs", "root.digest")) {
            Files.createSymbolicLink(agent.resolve(file), made.resolve(file));
        }
    }

    /** Adds an agent with this manifest and an empty root; gives the root. */
    Path add(String name, String manifest) throws IOException {
        Path agent = agents.resolve(name);
        Path root = agent.resolve("rootfs");
        Files.createDirectories(root.resolve("bin"));
        Files.writeString(agent.resolve("AGENT.toml"), manifest);
        return root;
    }

    /** Boots the product's image with these agents on a new data disk; returns once they can be started. */
    Appliance boot(int memoryMib) throws IOException, InterruptedException {
        return boot(memoryMib, UnaryOperator.identity());
    }

    /** The same, with a change of the boot. */
    Appliance boot(int memoryMib, UnaryOperator<Boot> change) throws IOException, InterruptedException {
        Path disk = DataDisk.create(agents.resolveSibling("data.img"), agents);
        Boot.Medium medium = new Boot.Medium.Direct(Inputs.kernel(), Inputs.initramfs(), Inputs.root());
        Boot usual = Boot.of(medium, Inputs.accelerator()).withMemory(memoryMib).withDataDisk(disk);
        Appliance appliance = Appliance.start(change.apply(usual));
        boolean isReady = false;
        try {
            for (String service : List.of("cage", "gateway")) {
                appliance.awaitEvent(
                        event -> event.is("service.ready", "service", service),
                        Appliance.LONG,
                        service + " to be ready");
            }
            isReady = true;
            return appliance;
        } finally {
            if (!isReady) {
                appliance.close();
            }
        }
    }
}
