package dev.nullbox.ctxgraph.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.rpc.RpcException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BufferBudgetTest {
    private static final int LARGEST = 1 << 20;

    private final BufferBudget impatient = new BufferBudget(Duration.ofMillis(50));

    private static void refused(BufferBudget.Reservation reservation, long bytes) {
        assertThatThrownBy(() -> reservation.awaitBody(bytes)).isInstanceOfSatisfying(RpcException.class, busy -> {
            assertThat(busy.kind()).isEqualTo(ErrorKind.UNAVAILABLE);
            assertThat(busy.detail()).isEqualTo("BUSY");
        });
    }

    @Test
    void oneAgentTakesItsShareOnly() throws Exception {
        BufferBudget.Quota ada = impatient.quota();
        ada.reservation().awaitBody(LARGEST);
        refused(ada.reservation(), 1);
        for (int i = 0; i < 3; i++) {
            BufferBudget.Quota other = impatient.quota();
            other.reservation().awaitBody(LARGEST);
        }
        refused(impatient.quota().reservation(), LARGEST);
    }

    @Test
    void releasedReservationIsFreeForOthers() throws Exception {
        List<BufferBudget.Reservation> taken = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            BufferBudget.Reservation reservation = impatient.quota().reservation();
            reservation.awaitBody(LARGEST);
            taken.add(reservation);
        }
        BufferBudget.Quota bob = impatient.quota();
        BufferBudget.Reservation reservation = bob.reservation();
        refused(reservation, LARGEST);
        taken.removeLast().close();
        reservation.awaitBody(LARGEST);
        // An answer that is smaller than the body keeps what it needs.
        assertThat(taken.getFirst().covers(1 << 19)).isTrue();
        assertThat(bob.reservation().covers(1 << 19)).isFalse();
        assertThat(impatient.quota().reservation().covers(1 << 19)).isTrue();
        reservation.close();
        assertThat(bob.reservation().covers(1 << 19)).isTrue();
    }

    @Test
    void smallAnswersNeedNone() throws Exception {
        BufferBudget.Quota ada = impatient.quota();
        ada.reservation().awaitBody(LARGEST);
        assertThat(ada.reservation().covers(BufferBudget.SMALL_ANSWER)).isTrue();
        assertThat(ada.reservation().covers(BufferBudget.SMALL_ANSWER + 1)).isFalse();
    }

    /** Waiting for more while holding some, two could wait for each other. */
    @Test
    void holderOfAReservationDoesNotWaitForMore() throws Exception {
        BufferBudget patient = new BufferBudget(Duration.ofHours(1));
        BufferBudget.Quota ada = patient.quota();
        BufferBudget.Reservation one = ada.reservation();
        BufferBudget.Reservation two = ada.reservation();
        one.awaitBody(LARGEST / 2);
        two.awaitBody(LARGEST / 4);
        refused(two, LARGEST);
        two.close();
        one.awaitBody(LARGEST);
    }

    @Test
    void waitsForItsPlace() throws Exception {
        BufferBudget patient = new BufferBudget(Duration.ofHours(1));
        BufferBudget.Quota ada = patient.quota();
        BufferBudget.Reservation first = ada.reservation();
        first.awaitBody(LARGEST);
        CompletableFuture<Void> second = CompletableFuture.runAsync(() -> {
            try (BufferBudget.Reservation reservation = ada.reservation()) {
                reservation.awaitBody(LARGEST);
            } catch (RpcException e) {
                throw new AssertionError(e);
            }
        });
        // Ada's second waits behind her first, and Bob does not.
        BufferBudget.Reservation bobs = patient.quota().reservation();
        bobs.awaitBody(LARGEST);
        assertThat(second).isNotDone();
        first.close();
        second.get(30, TimeUnit.SECONDS);
    }
}
