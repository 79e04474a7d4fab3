package dev.nullbox.cage.log;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Selection of lines.
 *
 * @param sinceMillis none before this, in ms since 1970 UTC
 * @param run of this run only
 * @param octets with these bytes in them only, as {@link LogLine} has them; empty for all
 */
public record LogQuery(long sinceMillis, Optional<Long> run, String octets) {
    /** Lines with a text in them. */
    public static LogQuery of(long sinceMillis, Optional<Long> run, String text) {
        return new LogQuery(
                sinceMillis, run, new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }

    boolean takes(LogLine line) {
        return line.millis() >= sinceMillis
                && (run.isEmpty() || run.get() == line.run())
                && (octets.isEmpty() || line.octets().contains(octets));
    }
}
