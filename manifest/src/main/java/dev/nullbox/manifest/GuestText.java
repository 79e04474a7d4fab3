package dev.nullbox.manifest;

import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;
import java.nio.charset.StandardCharsets;

/**
 * Check of text that execve(2) passes on: a word of a command, or NAME=value. Any UTF-8 without NUL, of a bounded
 * length.
 */
public final class GuestText {
    /** The longest text, in bytes of UTF-8. Source: MAX_ARG_STRLEN of Linux, 131,072 with the NUL at its end. */
    public static final int MAX_BYTES = 131_071;

    /**
     * Most bytes of all words and variables together, each with the NUL at its end and its pointer. Source: execve(2),
     * a quarter of the stack's limit of 8 MiB, less 64 KiB for what the appliance adds and the program's path.
     */
    public static final int MAX_TOTAL = 2 * 1024 * 1024 - 64 * 1024;

    private static final int OVERHEAD = 1 + Long.BYTES;

    private GuestText() {}

    /**
     * The word, checked.
     *
     * @param what the subject of a refusal
     * @throws InvalidValueException when execve cannot pass it on
     */
    public static String checked(String what, String word) {
        if (word.indexOf('\0') >= 0) {
            throw new InvalidValueException(
                    what + " " + Text.quoted(word) + " has a NUL character, at which execve would end it",
                    "leave the character out");
        }
        int bytes = bytes(word);
        if (bytes > MAX_BYTES) {
            throw new InvalidValueException(
                    what + " " + Text.quoted(word) + " has " + bytes + " bytes",
                    "use at most " + MAX_BYTES + ", which is all that execve takes; put longer texts into a file");
        }
        return word;
    }

    /** Bytes of a text in UTF-8. */
    public static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Bytes of a word that count towards {@link #MAX_TOTAL}. */
    public static int weight(String word) {
        return bytes(word) + OVERHEAD;
    }
}
