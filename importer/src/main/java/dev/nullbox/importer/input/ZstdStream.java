package dev.nullbox.importer.input;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.natives.Zstd;
import dev.nullbox.protocol.importer.ImportReason;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** Decompressed frames of zstd, one after the other (RFC 8878); skippable ones are skipped. */
final class ZstdStream extends BlockStream {
    private static final int BUFFER_BYTES = 1 << 17;

    private final InputStream in;
    private final Zstd zstd;
    private final byte[] input = new byte[BUFFER_BYTES];
    private int inputAt;
    private int inputEnd;
    private boolean isInFrame;
    private boolean isMoreToCome;
    private boolean isOver;

    ZstdStream(InputStream in, Zstd zstd) {
        this.in = in;
        this.zstd = zstd;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, to.length);
        if (length == 0) {
            return 0;
        }
        while (!isOver) {
            if (inputAt == inputEnd && !isMoreToCome) {
                inputAt = 0;
                inputEnd = Math.max(in.read(input, 0, input.length), 0);
                if (inputEnd == 0) {
                    end();
                    return -1;
                }
            }
            int count = decompress(to, offset, Math.min(length, BUFFER_BYTES));
            if (count > 0) {
                return count;
            }
        }
        return -1;
    }

    private int decompress(byte[] to, int offset, int length) throws IOException {
        int[] used = new int[2];
        long hint = zstd.decompressStream(input, inputAt, inputEnd - inputAt, to, offset, length, used);
        if (hint < 0) {
            throw new ArchiveException(ImportReason.IMPORT_CUT, "the zstd data is damaged: " + zstd.getErrorName(hint));
        }
        inputAt += used[0];
        isInFrame = hint != 0;
        // A full output may hide further decompressed bytes.
        isMoreToCome = isInFrame && used[1] == length;
        return used[1];
    }

    private void end() throws ArchiveException {
        isOver = true;
        zstd.close();
        if (isInFrame) {
            throw new ArchiveException(ImportReason.IMPORT_CUT, "the zstd data ends early; send it again");
        }
    }

    @Override
    public void close() {
        zstd.close();
    }
}
