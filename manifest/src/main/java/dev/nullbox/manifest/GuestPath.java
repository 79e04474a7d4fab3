package dev.nullbox.manifest;

import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;
import java.util.Set;

/**
 * An absolute path inside the guest in its one canonical spelling: no empty, {@code .} or {@code ..} part, no slash at
 * the end, printable ASCII, at most 255 characters, and outside {@code /proc /sys /dev /run}, which are the guest
 * kernel's and the appliance's.
 *
 * @param value the path; never {@code /} itself
 */
public record GuestPath(String value) {
    private static final int MAX_LENGTH = 255;
    private static final Set<String> RESERVED = Set.of("proc", "sys", "dev", "run");

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
        if (value.length() > MAX_LENGTH || !Text.isPrintableAscii(value) || value.indexOf('"') >= 0) {
            throw new InvalidValueException(
                    shown + " is not a path that a guest can be given",
                    "use at most 255 printable ASCII characters other than the double quote");
        }
        String[] parts = value.substring(1).split("/", -1);
        for (String part : parts) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw new InvalidValueException(
                        shown + " is not canonical", "name a path below / without //, . or .., and no / at its end");
            }
        }
        if (RESERVED.contains(parts[0])) {
            throw new InvalidValueException(
                    shown + " lies in a tree that is not the agent's", "stay out of /proc, /sys, /dev and /run");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
