package dev.nullbox.manifest;

import dev.nullbox.protocol.id.InvalidValueException;
import java.util.List;

/**
 * What runs in the guest: the executable's path and its arguments, one word or more; how many is bounded by the reader.
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

    /** What follows the executable. */
    public List<String> arguments() {
        return words.subList(1, words.size());
    }
}
