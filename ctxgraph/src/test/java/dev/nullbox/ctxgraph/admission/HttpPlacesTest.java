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
class HttpPlacesTest {
    private static final int LARGEST = 1 << 20;

    private final HttpPlaces impatient = new HttpPlaces(Duration.ofMillis(50));

    private static void refused(HttpPlaces.Place place, long bytes) {
        assertThatThrownBy(() -> place.awaitBody(bytes)).isInstanceOfSatisfying(RpcException.class, busy -> {
            assertThat(busy.kind()).isEqualTo(ErrorKind.UNAVAILABLE);
            assertThat(busy.detail()).isEqualTo("BUSY");
        });
    }

    @Test
    void oneAgentTakesItsShareOnly() throws Exception {
        HttpPlaces.Share ada = impatient.share();
        ada.place().awaitBody(LARGEST);
        refused(ada.place(), 1);
        for (int i = 0; i < 3; i++) {
            HttpPlaces.Share other = impatient.share();
            other.place().awaitBody(LARGEST);
        }
        refused(impatient.share().place(), LARGEST);
    }

    @Test
    void whatIsGivenBackIsThereForOthers() throws Exception {
        List<HttpPlaces.Place> taken = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            HttpPlaces.Place place = impatient.share().place();
            place.awaitBody(LARGEST);
            taken.add(place);
        }
        HttpPlaces.Share bob = impatient.share();
        HttpPlaces.Place place = bob.place();
        refused(place, LARGEST);
        taken.removeLast().close();
        place.awaitBody(LARGEST);
        // An answer that is smaller than the body keeps what it needs.
        assertThat(taken.getFirst().covers(1 << 19)).isTrue();
        assertThat(bob.place().covers(1 << 19)).isFalse();
        assertThat(impatient.share().place().covers(1 << 19)).isTrue();
        place.close();
        assertThat(bob.place().covers(1 << 19)).isTrue();
    }

    @Test
    void smallAnswersNeedNone() throws Exception {
        HttpPlaces.Share ada = impatient.share();
        ada.place().awaitBody(LARGEST);
        assertThat(ada.place().covers(HttpPlaces.SMALL_ANSWER)).isTrue();
        assertThat(ada.place().covers(HttpPlaces.SMALL_ANSWER + 1)).isFalse();
    }

    /** Waiting for more while holding some, two could wait for each other. */
    @Test
    void whoHoldsAPlaceDoesNotWaitForMore() throws Exception {
        HttpPlaces patient = new HttpPlaces(Duration.ofHours(1));
        HttpPlaces.Share ada = patient.share();
        HttpPlaces.Place one = ada.place();
        HttpPlaces.Place two = ada.place();
        one.awaitBody(LARGEST / 2);
        two.awaitBody(LARGEST / 4);
        refused(two, LARGEST);
        two.close();
        one.awaitBody(LARGEST);
    }

    @Test
    void waitsForItsPlace() throws Exception {
        HttpPlaces patient = new HttpPlaces(Duration.ofHours(1));
        HttpPlaces.Share ada = patient.share();
        HttpPlaces.Place first = ada.place();
        first.awaitBody(LARGEST);
        CompletableFuture<Void> second = CompletableFuture.runAsync(() -> {
            try (HttpPlaces.Place place = ada.place()) {
                place.awaitBody(LARGEST);
            } catch (RpcException e) {
                throw new AssertionError(e);
            }
        });
        // Ada's second waits behind her first, and Bob does not.
        HttpPlaces.Place bobs = patient.share().place();
        bobs.awaitBody(LARGEST);
        assertThat(second).isNotDone();
        first.close();
        second.get(30, TimeUnit.SECONDS);
    }
}
