package dev.nullbox.cage.log;

import dev.nullbox.protocol.api.LogContract;
import java.util.Arrays;
import java.util.Optional;

/** Source of a line in a ring. */
public enum LogStream {
    STDOUT(LogContract.STDOUT, 'o'),
    STDERR(LogContract.STDERR, 'e'),
    /** Remarks of cage, as on lost output: an agent cannot write one. */
    NOTE(LogContract.NOTE, 'n');

    private final String key;
    private final char letter;

    LogStream(String key, char letter) {
        this.key = key;
        this.letter = letter;
    }

    /** The name in the protocol. */
    public String key() {
        return key;
    }

    /** Its letter in a file; a capital one where the next record continues the line. */
    char letter(boolean isWhole) {
        return isWhole ? letter : Character.toUpperCase(letter);
    }

    static Optional<LogStream> of(char letter) {
        char small = Character.toLowerCase(letter);
        return Arrays.stream(values()).filter(one -> one.letter == small).findFirst();
    }
}
