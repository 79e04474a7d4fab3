package dev.nullbox.archive;

import dev.nullbox.protocol.importer.ImportReason;
import java.io.IOException;

/**
 * Failure of an archive's reader, by the archive or for lack of space. The message has the cause, the place in the archive, and
 * what would be right.
 */
public final class ArchiveException extends IOException {
    private static final long serialVersionUID = 1;

    private final ImportReason reason;
    private final String text;

    public ArchiveException(ImportReason reason, String text) {
        super(text);
        this.reason = reason;
        this.text = text;
    }

    public ImportReason reason() {
        return reason;
    }

    /** The message. */
    public String text() {
        return text;
    }

    /** The same, with the location in front. */
    public ArchiveException in(String place) {
        return new ArchiveException(reason, place + ": " + text);
    }
}
