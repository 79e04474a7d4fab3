package dev.nullbox.manifest;

import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;
import java.nio.charset.StandardCharsets;

/**
 * An absolute path inside the guest in its one canonical spelling: no empty, {@code .} or {@code ..} part, no slash at
 * the end but that of {@code /} itself, no control characters. Source of its bounds: PATH_MAX and NAME_MAX of Linux.
 *
 * @param value the path
 */
public record GuestPath(String value) {
    static final int MAX_BYTES = 4_095;
    static final int MAX_PART_BYTES = 255;
    static final String RULE = "an absolute path of at most " + MAX_BYTES + " bytes; canonical";

    /**
     * A checked path.
     *
     * @throws InvalidValueException when it is not one
     */
    public GuestPath {
        String shown = Text.quoted(value);
        if (!value.startsWith("/")) {
            throw new InvalidValueException(shown + " is not an absolute path", "start it with /");
        }
        if (value.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidValueException(
                    shown + " has a control character", "use a path without line ends, tabs and the like");
        }
        if (bytes(value) > MAX_BYTES) {
            throw new InvalidValueException(
                    shown + " has " + bytes(value) + " bytes", "use a path of at most " + MAX_BYTES);
        }
        String[] parts = value.equals("/") ? new String[0] : value.substring(1).split("/", -1);
        for (String part : parts) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw new InvalidValueException(
                        shown + " is not canonical", "write it without //, . or .., and without / at its end");
            }
            if (bytes(part) > MAX_PART_BYTES) {
                throw new InvalidValueException(
                        shown + " has a part of " + bytes(part) + " bytes",
                        "use names of at most " + MAX_PART_BYTES + " bytes between slashes");
            }
        }
    }

    /** Tells whether it lies inside the directory of the other path. */
    public boolean isBelow(GuestPath other) {
        return !equals(other) && value.startsWith(other.value.equals("/") ? "/" : other.value + "/");
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    @Override
    public String toString() {
        return value;
    }
}
