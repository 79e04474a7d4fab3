package dev.nullbox.nulld.log;

import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.NulldContract;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What the appliance lacks: by topic, each said once when it begins. */
public final class Degraded {
    private final Journal journal;
    private final Map<String, String> reasons = new LinkedHashMap<>();

    public Degraded(Journal journal) {
        this.journal = journal;
    }

    /** Something is lacking; said again only when the reason is another. */
    public void add(String topic, String reason) {
        if (!reason.equals(reasons.put(topic, reason))) {
            journal.event("nulld", NulldContract.DEGRADED, Fields.REASON.is(reason));
        }
    }

    /** It is there again. */
    public void remove(String topic) {
        reasons.remove(topic);
    }

    /** All reasons in one line; empty when nothing is lacking. */
    public Optional<String> reason() {
        return reasons.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", reasons.values()));
    }
}
