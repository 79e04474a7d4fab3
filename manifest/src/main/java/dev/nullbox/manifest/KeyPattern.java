package dev.nullbox.manifest;

import java.util.List;

/**
 * Some keys of the shared memory: one key {@code AGENT/KEY}, or all below a prefix, {@code AGENT/...}{@code /*}. The first
 * segment is the name of the agent under which the keys lie.
 *
 * @param value segments of letters, digits, {@code . _ -}, parted by single slashes; at most 289 characters
 */
public record KeyPattern(String value) {
    /** An agent's name, a slash, and the longest key. */
    private static final int MAX_LENGTH = AgentName.MAX_LENGTH + 1 + 256;

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
                    shown + " is the memory of all agents", "name each agent: [\"one/*\", \"two/*\"]");
        }
        if (segments.size() < 2) {
            throw new InvalidValueException(
                    shown + " has no key after the agent's name", "write agent/key, or agent/* for all of its keys");
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

    /** All keys of one agent. */
    static KeyPattern allOf(AgentName agent) {
        return new KeyPattern(agent.value() + "/*");
    }

    @Override
    public String toString() {
        return value;
    }
}
