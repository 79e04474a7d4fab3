package dev.nullbox.importer.input;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.protocol.importer.ImportReason;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Objects;

/** Input stream that counts and digests all bytes that pass, skipped ones too. */
public final class MeteredStream extends BlockStream {
    /**
     * Ratio of decompressed to compressed bytes beyond which a stream is a decompression bomb: deflate reaches 1032,
     * files of zeros do.
     */
    private static final long MAX_RATIO = 400;

    /** A stream of at most so many bytes may have any ratio. */
    private static final long FREE_BYTES = 1L << 30;

    private static final int SKIP_BYTES = 1 << 16;

    private final InputStream in;
    private final MessageDigest digest;
    private final long compressedBytes;
    private final Meter meter;
    private long count;

    /**
     * A stream that counts for a meter.
     *
     * @param compressedBytes length of the compressed input of {@code in}
     */
    public MeteredStream(InputStream in, MessageDigest digest, long compressedBytes, Meter meter) {
        this.in = in;
        this.digest = digest;
        this.compressedBytes = compressedBytes;
        this.meter = meter;
    }

    /** The bytes so far. */
    public long count() {
        return count;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, to.length);
        int got = in.read(to, offset, length);
        if (got > 0) {
            count += got;
            meter.streamed(got);
            if (count > FREE_BYTES && count / MAX_RATIO > compressedBytes) {
                throw new ArchiveException(
                        ImportReason.IMPORT_LIMIT,
                        compressedBytes + " bytes become more than " + MAX_RATIO
                                + " times as many when they are decompressed; make the image without files of zeros,"
                                + " or send it without compression");
            }
            digest.update(to, offset, got);
        }
        return got;
    }

    /** Skips bytes by reading them, so that they are counted and digested. */
    @Override
    public long skip(long bytes) throws IOException {
        byte[] away = new byte[Math.clamp(bytes, 0, SKIP_BYTES)];
        return Math.max(read(away, 0, away.length), 0);
    }

    /** Reads to the end. */
    public void drain() throws IOException {
        byte[] away = new byte[SKIP_BYTES];
        int got = read(away, 0, away.length);
        while (got >= 0) {
            got = read(away, 0, away.length);
        }
    }
}
