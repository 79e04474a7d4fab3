package dev.nullbox.cage.log;

import java.util.Optional;

/**
 * Position between two lines of a ring.
 *
 * @param segment the number of the file
 * @param offset bytes before it in the file
 */
public record LogCursor(long segment, long offset) {
    /** Before all lines. */
    public static final LogCursor START = new LogCursor(0, 0);

    /** The form for clients. */
    @Override
    public String toString() {
        return segment + "-" + offset;
    }

    /** The cursor that the text is; empty when it is none. */
    public static Optional<LogCursor> parse(String text) {
        int dash = text.indexOf('-');
        try {
            LogCursor cursor = new LogCursor(
                    Long.parseLong(text.substring(0, Math.max(0, dash))), Long.parseLong(text.substring(dash + 1)));
            return Optional.of(cursor).filter(found -> found.segment() >= 0 && found.offset() >= 0);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
