package dev.nullbox.importer.input;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.Zstd;
import dev.nullbox.protocol.importer.ImportReason;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.function.Supplier;

/** Compression of a stream, recognised by its first bytes and never by a name or a media type. */
public enum Compression {
    NONE,
    GZIP,
    ZSTD;

    private static final int MAGIC_BYTES = 6;

    /** A stream without its compression, and the kind that it had. */
    public record Plain(Compression compression, InputStream stream) {}

    /**
     * Decompresses the stream.
     *
     * @throws ArchiveException for an unsupported kind
     */
    public static Plain decompress(InputStream compressed) throws IOException {
        return decompress(compressed, Natives::zstd);
    }

    static Plain decompress(InputStream compressed, Supplier<Zstd> zstd) throws IOException {
        byte[] magic = new byte[MAGIC_BYTES];
        int length = compressed.readNBytes(magic, 0, MAGIC_BYTES);
        PushbackInputStream whole = new PushbackInputStream(compressed, MAGIC_BYTES);
        whole.unread(magic, 0, length);
        Compression kind = of(magic);
        return new Plain(
                kind,
                switch (kind) {
                    case NONE -> whole;
                    case GZIP -> new GzipStream(whole);
                    case ZSTD -> new ZstdStream(whole, zstd.get());
                });
    }

    private static Compression of(byte[] magic) throws ArchiveException {
        int first = Byte.toUnsignedInt(magic[0]) | Byte.toUnsignedInt(magic[1]) << 8;
        int four = first | Byte.toUnsignedInt(magic[2]) << 16 | Byte.toUnsignedInt(magic[3]) << 24;
        if (first == 0x8b1f) {
            return GZIP;
        }
        // A frame, or one that is to be skipped (RFC 8878, 3.1.1 and 3.1.2).
        if (four == 0xfd2fb528 || (four & 0xfffffff0) == 0x184d2a50) {
            return ZSTD;
        }
        if (four == 0x587a37fd) {
            throw unread("xz", "xz -d");
        }
        if ((four & 0xffffff) == 0x685a42) {
            throw unread("bzip2", "bzip2 -d");
        }
        if (four == 0x184d2204) {
            throw unread("lz4", "lz4 -d");
        }
        return NONE;
    }

    private static ArchiveException unread(String kind, String remedy) {
        return new ArchiveException(
                ImportReason.IMPORT_FORMAT,
                "it is compressed by " + kind + "; decompress it first (" + remedy + "): gzip, zstd and no compression"
                        + " are read");
    }
}
