package dev.nullbox.ctxgraph.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.rpc.RpcException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RequestSchedulerTest {
    private static final byte[] SMALL = new byte[100];

    /** Costs a little more than 6 MiB, so that three are at once among the large ones. */
    private static final byte[] LARGE = new byte[1 << 20];

    private static final long MIB = 1 << 20;

    private static final Duration PAUSE = Duration.ofMillis(300);

    private static final PrincipalName ADA = new PrincipalName("ada");

    private final AtomicInteger agents = new AtomicInteger();
    private final RequestScheduler scheduler = new RequestScheduler(Duration.ofMillis(200), PAUSE);
    private final BufferBudget buffers = new BufferBudget(Duration.ofMillis(200));
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    /** Each by an agent of its own. */
    private String run(byte[] body, Runnable request) throws RpcException {
        return run(new PrincipalName("agent" + agents.incrementAndGet()), body, request);
    }

    private String run(PrincipalName agent, byte[] body, Runnable request) throws RpcException {
        try (BufferBudget.Reservation reservation = buffers.quota().reservation()) {
            return scheduler.run(
                    agent,
                    body,
                    reservation,
                    () -> {
                        request.run();
                        return "done";
                    },
                    answer -> 4);
        }
    }

    /** Holds a permit until the latch opens; returns once it is granted. */
    private Future<String> hold(byte[] body, long reads, CountDownLatch until) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        Future<String> held = threads.submit(() -> run(body, () -> {
            scheduler.charge(reads);
            begun.countDown();
            awaitQuietly(until);
        }));
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        return held;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void assertBusy(byte[] body, long reads) {
        assertThatThrownBy(() -> run(body, () -> scheduler.charge(reads)))
                .isInstanceOfSatisfying(
                        RpcException.class, busy -> assertThat(busy.detail()).isEqualTo("BUSY"));
    }

    @Test
    void smallOnesDoNotWaitBehindLargeOnes() throws Exception {
        CountDownLatch until = new CountDownLatch(1);
        List<Future<String>> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            held.add(hold(LARGE, 0, until));
        }
        Future<String> alone = threads.submit(() -> run(LARGE, () -> scheduler.charge(20 * MIB)));
        assertThatThrownBy(alone::get).hasRootCauseInstanceOf(RpcException.class);
        for (int i = 0; i < 64; i++) {
            held.add(hold(SMALL, 0, until));
        }
        assertThat(run(SMALL, () -> scheduler.charge(1_000))).isEqualTo("done");
        until.countDown();
        for (Future<String> one : held) {
            assertThat(one.get()).isEqualTo("done");
        }
    }

    @Test
    void largeOnesTogetherHaveABound() throws Exception {
        CountDownLatch until = new CountDownLatch(1);
        List<Future<String>> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            held.add(hold(LARGE, 0, until));
        }
        assertBusy(LARGE, 2 * MIB);
        until.countDown();
        for (Future<String> one : held) {
            one.get();
        }
        assertThat(run(LARGE, () -> scheduler.charge(2 * MIB))).isEqualTo("done");
    }

    @Test
    void smallOnesTogetherHaveABound() throws Exception {
        CountDownLatch until = new CountDownLatch(1);
        List<Future<String>> held = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            held.add(hold(SMALL, MIB / 2 - 1_000, until));
        }
        held.add(hold(SMALL, MIB / 4, until));
        // The rest of eight mebibytes is too little for this one: it gets a permit among the large ones.
        held.add(hold(SMALL, MIB / 2 - 1_000, until));
        assertThat(run(SMALL, () -> {})).isEqualTo("done");
        assertBusy(LARGE, 20 * MIB);
        until.countDown();
        for (Future<String> one : held) {
            assertThat(one.get()).isEqualTo("done");
        }
    }

    @Test
    void requestThatReadsMuchRestartsWithALargerPermit() throws Exception {
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        assertThat(run(SMALL, () -> {
                    begun.incrementAndGet();
                    scheduler.charge(MIB / 4);
                    scheduler.charge(5 * MIB);
                    ended.incrementAndGet();
                }))
                .isEqualTo("done");
        assertThat(begun).hasValue(2);
        assertThat(ended).hasValue(1);
    }

    @Test
    void requestThatReadsOnAndOnRunsAlone() throws Exception {
        AtomicInteger begun = new AtomicInteger();
        CountDownLatch until = new CountDownLatch(1);
        Future<String> alone = threads.submit(() -> run(SMALL, () -> {
            begun.incrementAndGet();
            for (int i = 0; i < 100; i++) {
                scheduler.charge(MIB);
            }
            awaitQuietly(until);
        }));
        while (begun.get() < 3) {
            Thread.onSpinWait();
        }
        assertBusy(LARGE, 0);
        assertThat(run(SMALL, () -> {})).isEqualTo("done");
        until.countDown();
        assertThat(alone.get()).isEqualTo("done");
        assertThat(begun).hasValue(3);
    }

    @Test
    void announcesThatItWillReadMuch() throws Exception {
        AtomicInteger changed = new AtomicInteger();
        run(SMALL, () -> {
            scheduler.chargeMaximum();
            changed.incrementAndGet();
            scheduler.charge(100 * MIB);
        });
        assertThat(changed).hasValue(1);
    }

    @Test
    void anAnswerWithoutAPlaceIsMadeAnewWhenItHasOne() throws Exception {
        BufferBudget patient = new BufferBudget(Duration.ofMinutes(1));
        BufferBudget.Quota ada = patient.quota();
        BufferBudget.Reservation before = ada.reservation();
        before.awaitBody(MIB);
        AtomicInteger made = new AtomicInteger();
        Future<String> second = threads.submit(() -> {
            try (BufferBudget.Reservation reservation = ada.reservation()) {
                return scheduler.run(
                        ADA,
                        SMALL,
                        reservation,
                        () -> {
                            made.incrementAndGet();
                            return "answer";
                        },
                        answer -> MIB);
            }
        });
        while (made.get() < 1) {
            Thread.onSpinWait();
        }
        // It holds no permit while it waits for its reservation.
        assertThat(run(LARGE, () -> scheduler.chargeMaximum())).isEqualTo("done");
        assertThat(second.isDone()).isFalse();
        before.close();
        assertThat(second.get()).isEqualTo("answer");
        assertThat(made).hasValue(2);
    }

    @Test
    void refusesAnAnswerThatNoPlaceIsLargeEnoughFor() throws Exception {
        try (BufferBudget.Reservation reservation = buffers.quota().reservation()) {
            assertThatThrownBy(() -> scheduler.run(ADA, SMALL, reservation, () -> "answer", answer -> 5 * MIB))
                    .isInstanceOf(RpcException.class);
        }
        assertThat(run(LARGE, () -> scheduler.chargeMaximum())).isEqualTo("done");
    }

    @Test
    void answersWhoIsBeyondItsQuotaLaterAndWithoutATurn() throws Exception {
        CountDownLatch refused = new CountDownLatch(1);
        long begunNanos = System.nanoTime();
        Future<String> slow = threads.submit(() -> run(LARGE, () -> {
            scheduler.chargeMaximum();
            scheduler.slowDown();
            refused.countDown();
        }));
        assertThat(refused.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(run(LARGE, () -> scheduler.chargeMaximum())).isEqualTo("done");
        assertThat(slow.get()).isEqualTo("done");
        assertThat(System.nanoTime() - begunNanos).isGreaterThanOrEqualTo(PAUSE.toNanos());
    }

    @Test
    void oneAgentHasOneSlowRequestAtWorkAndOthersGoOn() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger atWork = new AtomicInteger();
        Runnable slow = () -> slowly(ADA, () -> {
            atWork.incrementAndGet();
            begun.countDown();
            return end.await(30, TimeUnit.SECONDS);
        });
        Future<String> first = threads.submit(() -> run(ADA, SMALL, slow));
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        // The second waits for the slow-request permit until its queue timeout, and so does a large one.
        assertThatThrownBy(() -> run(ADA, SMALL, slow)).hasMessageContaining("one runs at a time");
        assertThatThrownBy(() -> run(ADA, LARGE, () -> {})).hasMessageContaining("one runs at a time");
        assertThat(run(ADA, SMALL, () -> {})).isEqualTo("done");
        assertThat(run(new PrincipalName("bob"), SMALL, () -> slowly(new PrincipalName("bob"), () -> true)))
                .isEqualTo("done");
        end.countDown();
        assertThat(first.get()).isEqualTo("done");
        assertThat(atWork).hasValue(1);
    }

    @Test
    void anAgentRestsTwiceAsLongAsItsSlowReadTook() throws Exception {
        long begunNanos = System.nanoTime();
        Runnable slow = () -> slowly(ADA, () -> {
            Thread.sleep(50);
            return true;
        });
        run(ADA, SMALL, slow);
        run(ADA, SMALL, slow);
        assertThat(System.nanoTime() - begunNanos).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(195));
    }

    private void slowly(PrincipalName agent, Callable<Boolean> work) {
        try {
            scheduler.slowly(agent, () -> {
                try {
                    return work.call();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
        } catch (RpcException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void outsideOfATurnNothingIsWeighed() {
        scheduler.charge(100 * MIB);
        scheduler.chargeMaximum();
        scheduler.slowDown();
    }
}
