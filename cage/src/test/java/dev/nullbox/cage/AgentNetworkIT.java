package dev.nullbox.cage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.cage.agent.CageSettings;
import dev.nullbox.cage.jail.JailNetwork;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.netlink.Rtnetlink;
import dev.nullbox.protocol.id.AgentNetwork;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine with an interface in the agents' network, which it could then no longer reach. */
class AgentNetworkIT {
    private static final AgentNetwork TAKEN = new AgentNetwork(10, 223);
    private static final String LINK = "overlap0";

    private final Libc libc = Natives.libc();

    @TempDir
    Path base;

    private CageFixture cage;

    @BeforeEach
    void link() throws Exception {
        cage = new CageFixture(base);
        try (Rtnetlink links = Rtnetlink.open(libc)) {
            links.createVeth(LINK, "overlap1", libc.getpid());
            links.addAddress(links.indexOf(LINK), JailNetwork.address("10.223.7.1"), 24);
        }
    }

    @AfterEach
    void close() throws Exception {
        cage.close();
        if (JailNetwork.overlap(TAKEN).isPresent()) {
            unlink();
        }
    }

    private void unlink() throws Exception {
        try (Rtnetlink links = Rtnetlink.open(libc)) {
            links.deleteLink(LINK);
        }
    }

    @Test
    void noAgentIsStartedUntilTheOverlapIsGone() throws Exception {
        cage.agent("far", "");
        CageSettings settings = in(TAKEN, cage.settings(CageFixture.guest("echo up; exec sleep 1000")));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "far");
            assertThat(cage.await("agent.failed", "far").get("why").getAsString())
                    .isEqualTo("the agents' network 10.223.0.0/16 overlaps the machine's own: overlap0 has"
                            + " 10.223.7.1/24; boot with nullbox.agent_network=10.221.0.0/16");
            assertThat(cage.listed("far").get("state").getAsString()).isEqualTo("failed");
            assertThat(cage.calls()).doesNotContain("egress.add far");
            unlink();
            cage.forget();
            cage.call("agent.start", "far");
            cage.awaitAny(Set.of("agent.started", "agent.failed"), "far");
            cage.awaitLine("far", "up");
            assertThat(cage.lastParams("egress.add").get("address").getAsString())
                    .isEqualTo("10.223.1.2");
            // Its own interface is in that network, and does not count.
            assertThat(JailNetwork.overlap(TAKEN)).isEmpty();
        }
    }

    private static CageSettings in(AgentNetwork network, CageSettings other) {
        return new CageSettings(
                other.imageAgents(),
                other.dataAgents(),
                other.disks(),
                network,
                other.sockets(),
                other.cgroups(),
                other.controllers(),
                other.guests(),
                other.tools(),
                other.jailRoot(),
                other.launcher(),
                other.binds(),
                other.kvmDevice(),
                other.kvmGroup(),
                other.krunLogLevel(),
                other.callDeadline(),
                other.jailDeadline());
    }
}
