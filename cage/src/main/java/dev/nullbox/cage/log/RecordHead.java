package dev.nullbox.cage.log;

import java.nio.charset.StandardCharsets;

/**
 * Head of a record in a ring's file, before the bytes of its line.
 *
 * @param bytes as in the file; not changed
 */
@SuppressWarnings("ArrayRecordComponent") // written, never compared
record RecordHead(long millis, long run, byte[] bytes) {
    static RecordHead of(long millis, long run, LogStream stream, boolean isWhole) {
        String text = millis + " " + run + " " + stream.letter(isWhole) + " ";
        return new RecordHead(millis, run, text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
