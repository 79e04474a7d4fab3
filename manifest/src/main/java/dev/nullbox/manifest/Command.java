package dev.nullbox.manifest;

import dev.nullbox.protocol.id.InvalidValueException;
import java.util.List;

/**
 * What runs in the guest: the executable's path and its arguments, 1 to 64 words.
 *
 * <p>Words reach the guest on its kernel command line: printable ASCII without double quotes.
 *
 * @param words the executable first
 */
public record Command(List<String> words) {
    private static final int MAX_WORDS = 64;

    /**
     * A checked command.
     *
     * @throws InvalidValueException when it is empty, too long, or its first word is no guest path
     */
    public Command {
        words = List.copyOf(words);
        if (words.isEmpty() || words.size() > MAX_WORDS) {
            throw new InvalidValueException(
                    "a command has 1 to " + MAX_WORDS + " words, not " + words.size(),
                    "write [\"/bin/program\", \"argument\"]");
        }
        var _ = new GuestPath(words.getFirst());
        for (String word : words) {
            GuestText.check(word);
        }
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
