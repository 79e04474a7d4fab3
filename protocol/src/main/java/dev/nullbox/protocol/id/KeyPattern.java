package dev.nullbox.protocol.id;

import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Reason;
import java.util.List;

/**
 * Pattern of keys of the shared memory: one key {@code SPACE/KEY}, or all below a prefix, {@code SPACE/...}{@code /*}.
 * An agent's own space has its name; others are shared by the agents whose manifests name them.
 *
 * @param value segments of letters, digits, {@code . _ -}, parted by single slashes; at most 256 characters
 */
public record KeyPattern(String value) {
    private static final int MAX_LENGTH = 256;

    /**
     * A checked pattern.
     *
     * @throws InvalidValueException when it is none
     */
    public KeyPattern {
        String shown = Text.quoted(value);
        List<String> segments = List.of(value.split("/", -1));
        if (segments.getFirst().equals("*")) {
            throw new InvalidValueException(
                    shown + " is the memory of all agents", "name each space: [\"one/*\", \"two/*\"]");
        }
        if (segments.size() < 2) {
            throw new InvalidValueException(
                    shown + " is a space without a key", "write space/key, or space/* for all that is in it");
        }
        if (value.length() > MAX_LENGTH || !areKeys(segments.subList(1, segments.size()))) {
            throw new InvalidValueException(
                    shown + " is not a key of the memory",
                    "use segments of A-Z a-z 0-9 . _ - parted by single slashes, * only as the last");
        }
        var _ = new AgentName(segments.getFirst());
    }

    private static boolean areKeys(List<String> segments) {
        for (int i = 0; i < segments.size(); i++) {
            String segment = segments.get(i);
            boolean isAll = segment.equals("*") && i == segments.size() - 1;
            if (!isAll && (segment.isEmpty() || !Text.consistsOf(segment, "._-"))) {
                return false;
            }
        }
        return true;
    }

    /** Pattern of all keys in an agent's own space. */
    public static KeyPattern allOf(AgentName agent) {
        return new KeyPattern(agent.value() + "/*");
    }

    /** Type of fields that hold a pattern, with the reason for a string that is none. */
    public static FieldType<KeyPattern> type(Reason refused) {
        return new FieldType.Parsed<>(
                KeyPattern::new, KeyPattern::value, "`space/key`, or `space/*` for all in it", refused);
    }

    @Override
    public String toString() {
        return value;
    }
}
