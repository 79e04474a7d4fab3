package dev.nullbox.importer.input;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.protocol.importer.ImportReason;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decompressed members of a gzip file, one after the other (RFC 1952); zeros may follow the last. java.util.zip's own
 * stream treats damage in a later member's header as the end of the data, and reads no later member from a stream that
 * does not know how much is available.
 */
final class GzipStream extends BlockStream {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int DEFLATE = 8;
    private static final int HAS_CRC = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;
    private static final int RESERVED = 0xe0;
    private static final int MAX_TEXT_BYTES = 1 << 16;

    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int end;
    private boolean isOver;

    GzipStream(InputStream in) throws IOException {
        this.in = in;
        header();
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, to.length);
        if (length == 0) {
            return 0;
        }
        while (!isOver) {
            int count = inflate(to, offset, length);
            if (count > 0) {
                crc.update(to, offset, count);
                return count;
            }
            if (inflater.finished()) {
                finishMember();
            } else if (inflater.needsDictionary()) {
                throw damaged("a preset dictionary, which gzip has not");
            } else if (inflater.needsInput()) {
                refill();
            }
        }
        return -1;
    }

    private int inflate(byte[] to, int offset, int length) throws ArchiveException {
        try {
            return inflater.inflate(to, offset, length);
        } catch (DataFormatException e) {
            throw damaged(String.valueOf(e.getMessage()));
        }
    }

    private void refill() throws IOException {
        if (!fill()) {
            throw cut();
        }
        inflater.setInput(buffer, 0, end);
        position = end;
    }

    private void finishMember() throws IOException {
        position = end - inflater.getRemaining();
        if (little(4) != crc.getValue()) {
            throw damaged("its check sum is not that of its bytes");
        }
        if (little(4) != (inflater.getBytesWritten() & 0xffffffffL)) {
            throw damaged("its length is not the one that it names");
        }
        crc.reset();
        inflater.reset();
        int next = next();
        while (next == 0) {
            next = next();
        }
        if (next < 0) {
            isOver = true;
            inflater.end();
            return;
        }
        position--;
        header();
    }

    private void header() throws IOException {
        if (little(2) != 0x8b1f) {
            throw damaged("bytes that are no gzip follow its end");
        }
        int method = must();
        int flags = must();
        if (method != DEFLATE || (flags & RESERVED) != 0) {
            throw damaged("its header is not one of RFC 1952");
        }
        little(6);
        if ((flags & HAS_EXTRA) != 0) {
            for (long left = little(2); left > 0; left--) {
                must();
            }
        }
        text((flags & HAS_NAME) != 0);
        text((flags & HAS_COMMENT) != 0);
        if ((flags & HAS_CRC) != 0) {
            little(2);
        }
        inflater.setInput(buffer, position, end - position);
        position = end;
    }

    private void text(boolean isThere) throws IOException {
        int length = 0;
        while (isThere && must() != 0) {
            if (++length > MAX_TEXT_BYTES) {
                throw damaged("its header has a name of more than " + MAX_TEXT_BYTES + " bytes");
            }
        }
    }

    private long little(int bytes) throws IOException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) must() << (Byte.SIZE * i);
        }
        return value;
    }

    private int must() throws IOException {
        int next = next();
        if (next < 0) {
            throw cut();
        }
        return next;
    }

    private int next() throws IOException {
        if (position == end && !fill()) {
            return -1;
        }
        return Byte.toUnsignedInt(buffer[position++]);
    }

    private boolean fill() throws IOException {
        position = 0;
        end = Math.max(in.read(buffer, 0, buffer.length), 0);
        return end > 0;
    }

    private static ArchiveException cut() {
        return new ArchiveException(ImportReason.IMPORT_CUT, "the gzip data ends early; send it again");
    }

    private static ArchiveException damaged(String what) {
        return new ArchiveException(ImportReason.IMPORT_CUT, "the gzip data is damaged: " + what);
    }
}
