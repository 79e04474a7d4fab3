package dev.nullbox.egress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.egress.dns.AgentNames;
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
        refusals.refused(loud, "evil.example", "not there");
        assertThat(events()).singleElement().asString().contains("\"name\":\"evil.example\"", "\"times\":1");
        assertThat(events().getFirst()).contains("allow = [\\\"evil.example\\\"]");
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
