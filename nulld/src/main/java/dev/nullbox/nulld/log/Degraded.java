package dev.nullbox.nulld.log;

import com.google.gson.JsonObject;
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
            JsonObject fields = new JsonObject();
            fields.addProperty("reason", reason);
            journal.event("nulld", "appliance.degraded", fields);
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
