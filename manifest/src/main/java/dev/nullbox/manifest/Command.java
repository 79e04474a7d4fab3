package dev.nullbox.manifest;

import dev.nullbox.protocol.id.InvalidValueException;
import java.util.List;

/**
 * A program in the guest and its arguments: one word or more; the reader bounds how many.
 *
 * @param words the executable first; a name without a slash is looked up in the guest's PATH
 */
public record Command(List<String> words) {
    /**
     * A checked command.
     *
     * @throws InvalidValueException when its first word is empty, or a word cannot be passed to a program
     */
    public Command {
        words = List.copyOf(words);
        if (words.getFirst().isEmpty()) {
            throw new InvalidValueException(
                    "has an empty first word", "name the program: its path, or its name for a look-up in PATH");
        }
        for (int i = 0; i < words.size(); i++) {
            var _ = GuestText.checked("word " + (i + 1), words.get(i));
        }
    }

    /** The program: a path in the guest, or a name to look up. */
    public String executable() {
        return words.getFirst();
    }

    /** The words after the executable. */
    public List<String> arguments() {
        return words.subList(1, words.size());
    }
}
