package dev.nullbox.manifest;

import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;
import java.util.Optional;

/**
 * The user that an agent's program runs as in its guest, and the group where it is another than the user's own: names
 * of the guest's {@code /etc/passwd} and {@code /etc/group}, or numbers, which need no entry there.
 *
 * @param value {@code user} or {@code user:group}
 */
public record GuestUser(String value) {
    static final String RULE =
            "`user` or `user:group`, each a number or a name of 1 to 32 of `A-Z a-z 0-9 . _ -` with a letter or `_` first";

    private static final int MAX_NAME = 32;
    /** Largest user id; the number above it means "unchanged" to setuid(2). */
    private static final long MAX_ID = 0xffff_fffeL;

    private static final int MAX_DIGITS = 10;

    /**
     * A checked user.
     *
     * @throws InvalidValueException when it is none
     */
    public GuestUser {
        int colon = value.indexOf(':');
        check("user", colon < 0 ? value : value.substring(0, colon));
        if (colon >= 0) {
            check("group", value.substring(colon + 1));
        }
    }

    /** A name or a number. */
    public String user() {
        return value.split(":", -1)[0];
    }

    /** The group, a name or a number; when absent, the guest's groups of the user. */
    public Optional<String> group() {
        int colon = value.indexOf(':');
        return colon < 0 ? Optional.empty() : Optional.of(value.substring(colon + 1));
    }

    private static void check(String kind, String word) {
        String shown = Text.quoted(word);
        if (Text.isDigits(word)) {
            if (word.length() > MAX_DIGITS || Long.parseLong(word) > MAX_ID) {
                throw new InvalidValueException(
                        shown + " is no number of a " + kind, "use a number from 0 to " + MAX_ID + ", or a name");
            }
            return;
        }
        if (word.isEmpty()
                || word.length() > MAX_NAME
                || !Text.consistsOf(word, "._-")
                || ".-".indexOf(word.charAt(0)) >= 0
                || Text.isDigit(word.charAt(0))) {
            throw new InvalidValueException(shown + " is no name of a " + kind, "use " + RULE);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
