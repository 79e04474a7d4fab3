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

    @Override
    public String toString() {
        return name;
    }
}
