package dev.nullbox.nulld.log;

import dev.nullbox.protocol.Audience;
import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Service;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.MemoryEvents;
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.protocol.api.VaultEvents;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Ring of a journal: a new record replaces the oldest of the same ring only, so that a source that can cause many
 * records cannot push those of another ring out. Not for several threads.
 */
final class JournalRing {
    /** Origins of records. */
    enum Origin {
        /** Damage, and attempts at what is forbidden. */
        ALARMS(250, 128 << 10),
        /** Caused by the appliance and its operators only. */
        SYSTEM(1_000, 512 << 10),
        /** Caused by any client of the management port. */
        GATEWAY(250, 128 << 10),
        /** Caused by agents: their output, that of their VMMs, their writes to memory. */
        AGENTS(500, 256 << 10);

        private final int maxRecords;
        private final int maxCharacters;

        Origin(int maxRecords, int maxCharacters) {
            this.maxRecords = maxRecords;
            this.maxCharacters = maxCharacters;
        }

        int maxRecords() {
            return maxRecords;
        }
    }

    private static final Set<String> ALARMS = names(
            AgentContract.COMPROMISED,
            VaultEvents.CANARY_ASKED,
            VaultEvents.UNSEAL_FAILED,
            VaultEvents.AUDIT_FAILED,
            MemoryEvents.DAMAGE_FOUND,
            NulldContract.DEGRADED,
            NulldContract.SERVICE_FAILED);
    private static final Set<String> OF_AGENTS = names(AgentContract.CONSOLE, MemoryEvents.WRITE);
    /** Services whose lines of text agents can cause. */
    private static final Set<String> BY_AGENTS = Set.of(Service.CAGE.key(), Service.CTXGRAPH.key());

    /** Stored record: its number, its source and its JSON without the number. */
    record Entry(long seq, String source, String json) {}

    private final Origin origin;
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private int characters;

    JournalRing(Origin origin) {
        this.origin = origin;
    }

    private static Set<String> names(Event... events) {
        return Stream.of(events).map(Event::name).collect(Collectors.toUnmodifiableSet());
    }

    /** The origin of an event. */
    static Origin ofEvent(String source, String name) {
        if (ALARMS.contains(name)) {
            return Origin.ALARMS;
        }
        if (source.equals(Audience.GATEWAY)) {
            return Origin.GATEWAY;
        }
        return OF_AGENTS.contains(name) ? Origin.AGENTS : Origin.SYSTEM;
    }

    /** The origin of a line of text. */
    static Origin ofText(String source) {
        if (source.equals(Audience.GATEWAY)) {
            return Origin.GATEWAY;
        }
        return BY_AGENTS.contains(source) ? Origin.AGENTS : Origin.SYSTEM;
    }

    void add(Entry entry) {
        entries.add(entry);
        characters += entry.json().length();
        while (entries.size() > origin.maxRecords || characters > origin.maxCharacters) {
            characters -= entries.remove().json().length();
        }
    }

    /** Adds the records after a number to others. */
    void collect(long after, Collection<Entry> found) {
        for (Entry entry : entries) {
            if (entry.seq() > after) {
                found.add(entry);
            }
        }
    }
}
