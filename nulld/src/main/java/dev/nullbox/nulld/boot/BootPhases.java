package dev.nullbox.nulld.boot;

import com.google.gson.JsonObject;
import dev.nullbox.nulld.linux.BootException;
import dev.nullbox.nulld.linux.Clock;
import dev.nullbox.nulld.log.Journal;

/** Runs the named phases of a boot, one after the other, each with an event that says how long it took. */
public final class BootPhases {
    private final String source;
    private final Clock clock;
    private final Journal journal;

    public BootPhases(String source, Clock clock, Journal journal) {
        this.source = source;
        this.clock = clock;
        this.journal = journal;
    }

    /** The work of one phase; what it adds to the fields stands in the event. */
    @FunctionalInterface
    public interface Phase {
        /**
         * Does it.
         *
         * @throws BootException when the boot cannot go on
         */
        void run(JsonObject fields) throws BootException;
    }

    /** Runs one phase and says how it went. */
    public void run(String name, Phase phase) throws BootException {
        long start = clock.millis();
        JsonObject fields = new JsonObject();
        fields.addProperty("phase", name);
        try {
            phase.run(fields);
            fields.addProperty("ok", true);
            fields.addProperty("ms", clock.millis() - start);
            journal.event(source, "boot.phase", fields);
        } catch (BootException e) {
            fields.addProperty("ok", false);
            fields.addProperty("ms", clock.millis() - start);
            fields.addProperty("error", e.getMessage());
            journal.event(source, "boot.phase", fields);
            throw e;
        }
    }
}
