package dev.nullbox.cage.stats;

import dev.nullbox.cage.agent.AgentRegistry;
import dev.nullbox.cage.agent.AgentRunner;
import dev.nullbox.cage.disk.DiskStore;
import dev.nullbox.cage.jail.Cgroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Reader of what agents use: control groups, counters of their interfaces, their disks. For any thread. */
public final class UsageReader {
    /** Directory of the kernel's network interfaces. */
    public static final Path INTERFACES = Path.of("/sys/class/net");

    private final AgentRegistry agents;
    private final Cgroups cgroups;
    private final DiskStore disks;
    private final Path interfaces;
    private final LongSupplier millis;

    /** @param millis since 1970 UTC */
    public UsageReader(AgentRegistry agents, Cgroups cgroups, DiskStore disks, Path interfaces, LongSupplier millis) {
        this.agents = agents;
        this.cgroups = cgroups;
        this.disks = disks;
        this.interfaces = interfaces;
        this.millis = millis;
    }

    /** Usage of all agents that could run, by name. */
    List<AgentUsage> all() throws IOException {
        List<AgentUsage> all = new ArrayList<>();
        for (AgentRunner runner : agents.runners()) {
            all.add(of(runner));
        }
        return all;
    }

    /** That of one agent. */
    AgentUsage of(AgentRunner runner) throws IOException {
        AgentRunner.Snapshot now = runner.snapshot();
        String name = runner.agent().name();
        return new AgentUsage(
                name,
                now.state().label(),
                now.restarts(),
                disks.taken(runner.agent().agent()),
                runner.upMillis().flatMap(up -> run(runner, now.run(), up)));
    }

    /** Absent when the run has just ended. */
    private Optional<AgentUsage.Run> run(AgentRunner runner, long number, long upMillis) {
        Path counters = interfaces.resolve(runner.slot().interfaceName()).resolve("statistics");
        return cgroups.usage(runner.agent().name())
                .map(group -> new AgentUsage.Run(
                        number,
                        millis.getAsLong() - upMillis,
                        upMillis,
                        group,
                        // The host's end of the pair sends what the agent receives.
                        counter(counters.resolve("tx_bytes")),
                        counter(counters.resolve("rx_bytes"))));
    }

    /** 0 while there is no interface. */
    private static long counter(Path file) {
        try {
            return Long.parseLong(Files.readString(file).strip());
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }
}
