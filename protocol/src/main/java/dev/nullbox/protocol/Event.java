package dev.nullbox.protocol;

import java.util.List;

/**
 * Kind of event that a service emits, for the log and for its watchers.
 *
 * @param name as on the wire: {@code "agent.started"}
 * @param fields all fields that it may have
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
