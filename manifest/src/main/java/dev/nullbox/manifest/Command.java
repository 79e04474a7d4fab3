package dev.nullbox.manifest;

import dev.nullbox.protocol.id.InvalidValueException;
import java.util.List;

/**
 * The program in the guest and its arguments: one word or more; the reader bounds how many.
 *
 * <p>Words reach the guest on its kernel command line: printable ASCII without double quotes.
 *
 * @param words the executable first
 */
public record Command(List<String> words) {
    /**
     * A checked command.
     *
     * @throws InvalidValueException when its first word is no guest path, or a word cannot be passed to a guest
     */
    public Command {
        words = List.copyOf(words);
        var _ = new GuestPath(words.getFirst());
        words.forEach(GuestText::checked);
    }

    /** The program in the agent's root file system. */
    public GuestPath executable() {
        return new GuestPath(words.getFirst());
    }

    /** The words after the executable. */
    public List<String> arguments() {
        return words.subList(1, words.size());
    }
}
