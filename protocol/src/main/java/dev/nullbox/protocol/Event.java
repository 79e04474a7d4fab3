package dev.nullbox.protocol;

import java.util.List;

/**
 * One kind of event that a service tells, for the log and for whoever watches.
 *
 * @param name as on the wire: {@code "agent.started"}
 * @param fields those that it may have
 * @param meaning for documents
 */
public record Event(String name, List<Field<?>> fields, String meaning) {
    public Event {
        fields = List.copyOf(fields);
    }

    /** An event. */
    public static Event of(String name, String meaning, Field<?>... fields) {
        return new Event(name, List.of(fields), meaning);
    }

    @Override
    public String toString() {
        return name;
    }
}
