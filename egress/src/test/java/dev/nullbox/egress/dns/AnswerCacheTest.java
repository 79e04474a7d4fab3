package dev.nullbox.egress.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;

class AnswerCacheTest {
    private static final List<InetSocketAddress> SERVERS = List.of();
    private static final int RECORDS = 32;

    private final AnswerCache cache = new AnswerCache(() -> 5);

    private static AgentNames agent(int slot) {
        return new AgentNames(new AgentName("a" + slot), new AgentSlot(AgentNetwork.DEFAULT, slot), List.of());
    }

    private static AnswerCache.Answer answer(Duration time) {
        Record record = new ARecord(Name.root, DClass.IN, 1, InetAddress.ofLiteral("192.0.2.7"));
        return new AnswerCache.Answer(Rcode.NOERROR, Collections.nCopies(RECORDS, record), time, Optional.empty());
    }

    @Test
    void oneAgentsAnswersAreBoundedAndTheOldestGo() {
        AgentNames agent = agent(1);
        for (int i = 0; i < 1_000; i++) {
            cache.put(agent, SERVERS, "n" + i, answer(Duration.ofMinutes(1)));
            assertThat(cache.records()).isLessThanOrEqualTo(AnswerCache.MOST_OF_ONE);
        }
        assertThat(cache.get(agent, SERVERS, "n0")).isEmpty();
        assertThat(cache.get(agent, SERVERS, "n999")).isPresent();
    }

    @Test
    void allAgentsAnswersAreBoundedAndTheIdlestLoseTheirs() {
        List<AgentNames> agents = java.util.stream.IntStream.rangeClosed(1, 100)
                .mapToObj(AnswerCacheTest::agent)
                .toList();
        for (AgentNames agent : agents) {
            for (int i = 0; i < 20; i++) {
                cache.put(agent, SERVERS, "n" + i, answer(Duration.ofMinutes(1)));
                assertThat(cache.records()).isLessThanOrEqualTo(AnswerCache.MOST);
            }
        }
        assertThat(cache.get(agents.getFirst(), SERVERS, "n19")).isEmpty();
        assertThat(cache.get(agents.getLast(), SERVERS, "n19")).isPresent();
    }

    @Test
    void anAnswerForNoTimeTakesNoRoom() {
        cache.put(agent(1), SERVERS, "n", answer(Duration.ZERO));
        assertThat(cache.records()).isZero();
    }

    @Test
    void aLaterAnswerReplacesTheFormerOne() {
        AgentNames agent = agent(1);
        cache.put(agent, SERVERS, "n", answer(Duration.ofMinutes(1)));
        cache.put(agent, SERVERS, "n", answer(Duration.ofMinutes(1)));
        assertThat(cache.records()).isEqualTo(1 + RECORDS);
        cache.put(agent, SERVERS, "n", answer(Duration.ZERO));
        assertThat(cache.records()).isZero();
    }

    @Test
    void aNewPolicyFreesTheFormerOnesRoom() {
        cache.put(agent(1), SERVERS, "n", answer(Duration.ofMinutes(1)));
        assertThat(cache.get(agent(1), SERVERS, "n")).isEmpty();
        assertThat(cache.records()).isZero();
    }
}
