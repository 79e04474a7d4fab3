package dev.nullbox.cage.log;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Record of an agent's output: a line, or a part of a long one.
 *
 * @param millis time of arrival, in ms since 1970 UTC
 * @param run the number of the agent's run
 * @param isWhole whether a line feed followed; else the next record of its run and stream continues the line
 * @param octets its bytes, without the line feed, each a character of ISO 8859-1
 */
public record LogLine(long millis, long run, LogStream stream, boolean isWhole, String octets) {
    private static final int FIELDS = 4;

    /** A remark of cage. */
    static LogLine note(long millis, long run, String text) {
        return new LogLine(millis, run, LogStream.NOTE, true, text);
    }

    /** Its bytes as received. */
    public byte[] bytes() {
        return octets.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The head of its record. */
    RecordHead head() {
        return RecordHead.of(millis, run, stream, isWhole);
    }

    /** Parses a record without its end; empty when it is malformed, as after a power cut. */
    static Optional<LogLine> parse(String record) {
        String[] fields = record.split(" ", FIELDS);
        if (fields.length != FIELDS || fields[2].length() != 1) {
            return Optional.empty();
        }
        char letter = fields[2].charAt(0);
        try {
            long millis = Long.parseLong(fields[0]);
            long run = Long.parseLong(fields[1]);
            return LogStream.of(letter)
                    .map(stream -> new LogLine(millis, run, stream, stream.letter(true) == letter, fields[3]));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
