package dev.nullbox.nulld.log;

import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.NulldContract;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reasons why the appliance is degraded, by topic; each is an event once, when it begins. */
public final class Degraded {
    private final Journal journal;
    private final Map<String, String> reasons = new LinkedHashMap<>();

    public Degraded(Journal journal) {
        this.journal = journal;
    }

    /** Adds a reason; another event only when it differs from the one before. */
    public void add(String topic, String reason) {
        if (!reason.equals(reasons.put(topic, reason))) {
            journal.event("nulld", NulldContract.DEGRADED, Fields.REASON.is(reason));
        }
    }

    /** Removes the reason of a topic. */
    public void remove(String topic) {
        reasons.remove(topic);
    }

    /** The reasons in one line; empty when there is none. */
    public Optional<String> reason() {
        return reasons.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", reasons.values()));
    }
}
