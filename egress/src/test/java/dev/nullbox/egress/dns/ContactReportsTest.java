package dev.nullbox.egress.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.manifest.network.NetworkTarget.Transport;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.RateLimitedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ContactReportsTest {
    private static final NamedPort HTTPS = new NamedPort("192.0.2.7", Transport.TCP, 443);
    private static final NamedPort OTHER = new NamedPort("192.0.2.8", Transport.TCP, 443);
    private static final NamedPort TIME = new NamedPort("192.0.2.7", Transport.UDP, 123);

    private final BlockingQueue<String> sent = new LinkedBlockingQueue<>();
    private final BlockingQueue<RpcException> failures = new LinkedBlockingQueue<>();
    private final List<String> told = new ArrayList<>();
    private final CountDownLatch gate = new CountDownLatch(1);
    private final Resolver.Listener next = new Resolver.Listener() {
        @Override
        public void refused(AgentNames agent, String name, String why) {
            told.add("refused " + name);
        }

        @Override
        public void answered(AgentNames agent, String name, List<NamedPort> ports) {
            told.add(name + " " + ports.size());
        }
    };
    private final ContactReports reports =
            ContactReports.start(next, this::contacted, RateLimitedLog.toStandardError("test"));

    private void contacted(AgentNames run, List<String> contacts) throws RpcException {
        try {
            assertThat(gate.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        RpcException failure = failures.poll();
        if (failure != null) {
            throw failure;
        }
        assertThat(contacts).hasSizeLessThanOrEqualTo(MemoryContract.MAX_CONTACTS);
        contacts.forEach(contact -> sent.add(run.agent() + " " + contact));
    }

    @AfterEach
    void close() {
        reports.close();
    }

    private static AgentNames run(int slot) {
        return new AgentNames(new AgentName("a" + slot), new AgentSlot(AgentNetwork.DEFAULT, slot), List.of());
    }

    private String next() throws InterruptedException {
        String text = sent.poll(20, TimeUnit.SECONDS);
        return text == null ? "nothing" : text;
    }

    @Test
    void eachNameAndPortOfARunIsSentOnce() throws Exception {
        gate.countDown();
        AgentNames run = run(1);
        for (int i = 0; i < 3; i++) {
            reports.answered(run, "api.example", List.of(HTTPS, OTHER, TIME));
        }
        assertThat(List.of(next(), next())).containsExactlyInAnyOrder("a1 api.example:443", "a1 api.example:123/udp");
        reports.answered(run(1), "api.example", List.of(HTTPS));
        assertThat(next()).isEqualTo("a1 api.example:443");
        reports.answered(run(2), "api.example", List.of(HTTPS));
        assertThat(next()).isEqualTo("a2 api.example:443");
        assertThat(sent).isEmpty();
        assertThat(told).hasSize(5).startsWith("api.example 3");
    }

    @Test
    void aRefusalIsNoContact() throws Exception {
        gate.countDown();
        AgentNames run = run(1);
        reports.refused(run, "evil.example", "no");
        reports.answered(run, "void.example", List.of());
        reports.answered(run, "api.example", List.of(HTTPS));
        assertThat(next()).isEqualTo("a1 api.example:443");
        assertThat(told).containsExactly("refused evil.example", "void.example 0", "api.example 1");
    }

    /** The listener of a run opens after its rules are in force, and the memory service may be away. */
    @Test
    void whatCannotBeRecordedYetIsSentAgain() throws Exception {
        failures.add(new RpcException(MemoryReason.NOT_FOUND, "not attached"));
        failures.add(new RpcException(CallReason.NOT_LISTENING, "no service"));
        gate.countDown();
        reports.answered(run(1), "api.example", List.of(HTTPS));
        assertThat(next()).isEqualTo("a1 api.example:443");
        assertThat(failures).isEmpty();
    }

    @Test
    void whatIsRefusedForGoodIsNotSentAgain() throws Exception {
        failures.add(new RpcException(CallReason.CALLER, "egress may not"));
        gate.countDown();
        AgentNames run = run(1);
        reports.answered(run, "api.example", List.of(HTTPS));
        reports.answered(run(2), "b.example", List.of(HTTPS));
        assertThat(next()).isEqualTo("a2 b.example:443");
        assertThat(sent).isEmpty();
    }

    /** The answer to a query goes out while the memory service hangs, and a flood of names is bounded. */
    @Test
    void nothingWaitsForTheMemoryService() throws Exception {
        AgentNames run = run(1);
        long from = System.nanoTime();
        for (int i = 0; i < 10_000; i++) {
            reports.answered(run, "n" + i + ".wild.example", List.of(HTTPS));
        }
        assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(10));
        assertThat(sent).isEmpty();
        gate.countDown();
        for (int i = 0; i < MemoryContract.MAX_CONTACTS_OF_RUN; i++) {
            assertThat(next()).isNotEqualTo("nothing");
        }
        reports.answered(run(2), "last.example", List.of(HTTPS));
        assertThat(next()).isEqualTo("a2 last.example:443");
    }
}
