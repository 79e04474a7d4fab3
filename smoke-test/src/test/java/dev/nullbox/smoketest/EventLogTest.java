package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class EventLogTest {
    private static Event event(String json) {
        return Event.parse(json).orElseThrow();
    }

    @Test
    void readsAnEventAndPassesOverWhatIsNone() {
        Event event =
                event("{\"t\":1.25,\"source\":\"egress\",\"event\":\"egress.applied\",\"agent\":\"a\",\"rules\":3}");
        assertThat(event.seconds()).isEqualTo(1.25);
        assertThat(event.is("egress.applied", "agent", "a")).isTrue();
        assertThat(event.number("rules")).isEqualTo(3);
        assertThat(event.number("nothing")).isEqualTo(-1);
        assertThat(Event.parse("[  1.0] kernel text")).isEmpty();
        assertThat(Event.parse("{\"text\":\"for people\"}")).isEmpty();
        assertThat(Event.parse("[1]")).isEmpty();
    }

    @Test
    void findsWhatCameAndWaitsForWhatComes() throws InterruptedException {
        EventLog log = new EventLog();
        log.add(event("{\"event\":\"one\"}"));
        assertThat(log.await(0, event -> event.is("one"), Duration.ofMinutes(1)))
                .isPresent();
        Thread later = new Thread(() -> log.add(event("{\"event\":\"two\"}")));
        later.start();
        assertThat(log.await(1, event -> event.is("two"), Duration.ofMinutes(1)))
                .isPresent();
        later.join();
    }

    @Test
    void givesUpWhenTheTimeIsUpAndWhenTheBootHasEnded() throws InterruptedException {
        EventLog log = new EventLog();
        assertThat(log.await(0, event -> true, Duration.ofMillis(1))).isEmpty();
        log.end();
        assertThat(log.await(0, event -> true, Duration.ofDays(1))).isEmpty();
    }

    @Test
    void tellsTheLastStates() {
        EventLog log = new EventLog();
        log.add(event("{\"event\":\"boot.phase\",\"phase\":\"mounts\",\"ok\":false}"));
        log.add(event("{\"event\":\"service.starting\",\"service\":\"egress\"}"));
        log.add(event("{\"event\":\"service.failed\",\"service\":\"egress\"}"));
        assertThat(log.summary()).isEqualTo("  phase: mounts FAILED\n  service egress: failed\n");
    }
}
