package dev.nullbox.protocol.id;

import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Reason;
import java.util.Optional;

/**
 * The name of an agent, by {@link #RULE}.
 *
 * <p>It becomes a directory, a cgroup and a firewall chain, hence neither dots nor slashes, nor a dash in front.
 *
 * @param value the name
 */
public record AgentName(String value) implements Comparable<AgentName> {
    /** The longest name, in characters. */
    public static final int MAX_LENGTH = 32;
    /** The rule in words. */
    public static final String RULE = "1 to " + MAX_LENGTH + " of `A-Z a-z 0-9 _ -`, a letter or digit first";

    /**
     * A checked name.
     *
     * @throws InvalidValueException when it is not one
     */
    public AgentName {
        if (value.isEmpty()
                || value.length() > MAX_LENGTH
                || !Text.isAlphanumeric(value.charAt(0))
                || !Text.consistsOf(value, "_-")) {
            throw new InvalidValueException(Text.quoted(value) + " is not an agent's name", "use " + RULE);
        }
    }

    /** The text as a name; empty when it is none. */
    public static Optional<AgentName> find(String text) {
        try {
            return Optional.of(new AgentName(text));
        } catch (InvalidValueException none) {
            return Optional.empty();
        }
    }

    /** Type of fields that hold a name, with the reason for a string that is none. */
    public static FieldType<AgentName> type(Reason refused) {
        return new FieldType.Parsed<>(AgentName::new, AgentName::value, RULE, refused);
    }

    @Override
    public int compareTo(AgentName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
