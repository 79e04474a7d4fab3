package dev.nullbox.egress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.egress.dns.AgentNames;
import dev.nullbox.egress.dns.NamedPort;
import dev.nullbox.egress.dns.Resolver;
import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.service.EventSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RefusalEventsTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final AtomicLong clock = new AtomicLong(1_000_000);
    private final RefusalEvents refusals = new RefusalEvents(new EventSink(written), clock::get);

    private static AgentNames agent(String name, int slot) {
        return new AgentNames(new AgentName(name), new AgentSlot(AgentNetwork.DEFAULT, slot), List.of());
    }

    private final AgentNames loud = agent("loud", 1);
    private final AgentNames quiet = agent("quiet", 2);

    private List<String> events() {
        return written.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void aNameIsToldWithTheLineThatWouldAllowIt() {
        refusals.refused(loud, "evil.example", Resolver.NOT_ALLOWED);
        assertThat(events()).singleElement().asString().contains("\"name\":\"evil.example\"", "\"times\":1");
        assertThat(events().getFirst()).contains("allow = [\\\"evil.example\\\"]");
    }

    @Test
    void aConnectionIsToldWithTheNameThatItsAddressStandsFor() {
        NamedPort port = new NamedPort("192.0.2.7", NetworkTarget.Transport.UDP, 123);
        refusals.denied(loud.agent(), port, 3);
        assertThat(events()).singleElement().asString().contains("\"times\":3", "allow = [\\\"192.0.2.7:123/udp\\\"]");
        refusals.answered(loud, "time.example", List.of(new NamedPort("192.0.2.8", NetworkTarget.Transport.TCP, 443)));
        refusals.denied(loud.agent(), new NamedPort("192.0.2.8", NetworkTarget.Transport.TCP, 22), 1);
        assertThat(events()).hasSize(2).last().asString().contains("\"name\":\"time.example\"", "time.example:22");
        refusals.denied(loud.agent(), new NamedPort("224.0.0.251", NetworkTarget.Transport.UDP, 5353), 1);
        assertThat(events()).hasSize(3).last().asString().contains("\"allowed_by\":\"\"");
    }

    /** Entries that the agent has stay; what they or a wider one cover is not named again. */
    @Test
    void theListThatIsLearntIsTheSmallest() {
        AgentNames had = new AgentNames(
                loud.agent(),
                loud.slot(),
                List.of(NetworkTarget.ofText("10.0.0.0/16:80"), NetworkTarget.ofText("*.b.example")));
        refusals.began(had, false);
        refusals.refused(had, "evil.example", Resolver.NOT_ALLOWED);
        refusals.refused(had, "a.b.example", Resolver.NOT_ALLOWED);
        refusals.refused(had, "late.b.example", "no name server answers");
        refusals.denied(loud.agent(), new NamedPort("10.0.3.4", NetworkTarget.Transport.TCP, 80), 1);
        refusals.denied(loud.agent(), new NamedPort("192.0.2.8", NetworkTarget.Transport.TCP, 22), 1);
        refusals.denied(loud.agent(), new NamedPort("192.0.2.8", NetworkTarget.Transport.TCP, 22), 1);
        assertThat(refusals.of(loud.agent()).get(EgressContract.LEARNT))
                .containsExactly("10.0.0.0/16:80", "*.b.example", "evil.example", "192.0.2.8:22");
        assertThat(refusals.of(quiet.agent()).get(EgressContract.LEARNT)).isEmpty();
    }

    @Test
    void aRepeatedNameIsCountedAndToldOnceAMinute() {
        for (int i = 0; i < 5; i++) {
            refusals.refused(loud, "evil.example", "not there");
        }
        assertThat(events()).hasSize(1);
        clock.addAndGet(RefusalEvents.AGAIN_MILLIS);
        refusals.refused(loud, "evil.example", "not there");
        assertThat(events()).hasSize(2).last().asString().contains("\"times\":5");
    }

    @Test
    void anAgentWithEverNewNamesIsBoundedAndSilencesNobody() {
        for (int i = 0; i < 1_000; i++) {
            refusals.refused(loud, "n" + i + ".evil.example", "not there");
        }
        assertThat(events()).hasSize(RefusalEvents.BURST);
        refusals.refused(quiet, "other.example", "not there");
        assertThat(events()).hasSize(RefusalEvents.BURST + 1).last().asString().contains("\"agent\":\"quiet\"");
        clock.addAndGet(RefusalEvents.MILLIS_PER_EVENT);
        refusals.refused(loud, "late.evil.example", "not there");
        assertThat(events()).hasSize(RefusalEvents.BURST + 2);
    }
}
