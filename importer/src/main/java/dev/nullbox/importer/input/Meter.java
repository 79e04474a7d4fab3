package dev.nullbox.importer.input;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.protocol.importer.ImportReason;

/** Bounds of an import that grow with the archive: decompressed bytes, bytes of files, entries, names and attributes. */
public final class Meter {
    /** Most bytes of names, targets of links and extended attributes, which are held in memory. */
    static final long MAX_METADATA_BYTES = 64L << 20;

    private final long maxBytes;
    private final long maxEntries;
    private long streamBytes;
    private long fileBytes;
    private long entries;
    private long metadataBytes;

    public Meter(long maxBytes, long maxEntries) {
        this.maxBytes = maxBytes;
        this.maxEntries = maxEntries;
    }

    /** Counts bytes of tar archives. */
    void streamed(long count) throws ArchiveException {
        streamBytes += count;
        if (streamBytes > maxBytes) {
            throw tooMuch("its layers have more than " + maxBytes + " bytes when decompressed, the limit max_bytes");
        }
    }

    /** Counts an entry with the size of its file, holes included. */
    public void entry(long size, long metadata) throws ArchiveException {
        if (++entries > maxEntries) {
            throw tooMuch("more than " + maxEntries + " entries, the limit max_entries");
        }
        // Both are at most maxBytes before the sum, so that it cannot overflow unseen.
        if (size > maxBytes || (fileBytes += size) > maxBytes) {
            throw tooMuch("its files have more than " + maxBytes + " bytes, the limit max_bytes");
        }
        metadataBytes += metadata;
        if (metadataBytes > MAX_METADATA_BYTES) {
            throw tooMuch("names, link targets and extended attributes have more than " + MAX_METADATA_BYTES
                    + " bytes; fewer or smaller ones are needed");
        }
    }

    private static ArchiveException tooMuch(String what) {
        return new ArchiveException(ImportReason.IMPORT_LIMIT, what);
    }
}
