package dev.nullbox.nulld.boot;

import dev.nullbox.nulld.linux.BootException;
import dev.nullbox.nulld.linux.Clock;
import dev.nullbox.nulld.log.Journal;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.NulldContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runner of the named phases of a boot, one after the other, each with an event that has its duration. */
public final class BootPhases {
    private final String source;
    private final Clock clock;
    private final Journal journal;

    public BootPhases(String source, Clock clock, Journal journal) {
        this.source = source;
        this.clock = clock;
        this.journal = journal;
    }

    /** The work of one phase; the fields that it adds stand in the event. */
    @FunctionalInterface
    public interface Phase {
        /**
         * Runs it.
         *
         * @throws BootException when the boot cannot go on
         */
        void run(List<Value<?>> fields) throws BootException;
    }

    /** Runs one phase and emits its event. */
    public void run(String name, Phase phase) throws BootException {
        long start = clock.millis();
        List<Value<?>> fields = new ArrayList<>(List.of(NulldContract.PHASE.is(name)));
        Optional<BootException> failure = Optional.empty();
        try {
            phase.run(fields);
        } catch (BootException e) {
            failure = Optional.of(e);
        }
        fields.addAll(List.of(Fields.OK.is(failure.isEmpty()), Fields.MS.is(clock.millis() - start)));
        failure.ifPresent(e -> fields.add(NulldContract.ERROR.is(e.getMessage())));
        journal.event(source, NulldContract.BOOT_PHASE, fields.toArray(new Value<?>[0]));
        if (failure.isPresent()) {
            throw failure.get();
        }
    }
}
