package dev.nullbox.nulld.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.nullbox.nulld.linux.SystemClock;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.GatewayContract;
import dev.nullbox.protocol.api.NulldContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rings of PID 1's log, of which nobody floods another's. */
class JournalTest {
    private static final int FLOOD = 5_000;

    private final Journal journal = new Journal(new SystemClock());

    private void event(String source, String name) {
        journal.event(source, name, new JsonObject());
    }

    private List<JsonObject> records() {
        List<JsonObject> records = new ArrayList<>();
        journal.read(0, Journal.RECORDS, Optional.empty(), 0)
                .get(NulldContract.RECORDS)
                .forEach(record -> records.add((JsonObject) record));
        return records;
    }

    private List<String> names() {
        return records().stream()
                .filter(record -> record.has("event"))
                .map(record -> record.get("event").getAsString())
                .distinct()
                .toList();
    }

    @Test
    void agentsAndCallersPushNothingElseOut() {
        event("cage", AgentContract.COMPROMISED.name());
        event("nulld", NulldContract.STARTED.name());
        event("gateway", GatewayContract.REFUSED.name());
        for (int i = 0; i < FLOOD; i++) {
            event("cage", AgentContract.CONSOLE.name());
            journal.text("cage", "hello: a line of its VMM");
        }
        assertThat(names())
                .containsExactly(
                        AgentContract.COMPROMISED.name(),
                        NulldContract.STARTED.name(),
                        GatewayContract.REFUSED.name(),
                        AgentContract.CONSOLE.name());
        for (int i = 0; i < FLOOD; i++) {
            event("gateway", GatewayContract.REFUSED.name());
        }
        assertThat(names()).contains(AgentContract.COMPROMISED.name(), NulldContract.STARTED.name());
        for (int i = 0; i < FLOOD; i++) {
            journal.text("warden", "x".repeat(1_000));
        }
        assertThat(names())
                .contains(AgentContract.COMPROMISED.name(), AgentContract.CONSOLE.name())
                .doesNotContain(NulldContract.STARTED.name());
        assertThat(records().stream()
                        .mapToInt(record -> record.toString().length())
                        .sum())
                .isLessThan(1 << 20);
    }

    @Test
    void recordsOfAllRingsComeInTheirOrderPageByPage() {
        for (int i = 0; i < 40; i++) {
            event("cage", AgentContract.CONSOLE.name());
            event("gateway", GatewayContract.REFUSED.name());
            journal.text("warden", "text " + i);
        }
        List<Long> seen = new ArrayList<>();
        long next = 0;
        while (next < 120) {
            var page = journal.read(next, 7, Optional.empty(), 0);
            page.get(NulldContract.RECORDS)
                    .forEach(record -> seen.add(((JsonObject) record).get("seq").getAsLong()));
            assertThat(page.get(NulldContract.NEXT)).isGreaterThan(next);
            next = page.get(NulldContract.NEXT);
        }
        assertThat(seen).hasSize(120).isSorted();
        assertThat(journal.read(0, Journal.RECORDS, Optional.of("warden"), 0).get(NulldContract.RECORDS))
                .hasSize(40);
    }
}
