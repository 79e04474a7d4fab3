package dev.nullbox.importer.input;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.protocol.importer.ImportReason;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * Archive on the data partition; parts of it are read as often as needed, in any order. No NIO channel, which would
 * load the JDK's network library. For one thread.
 */
public final class Spool implements AutoCloseable {
    private final RandomAccessFile file;
    private final long size;
    private final LongConsumer read;

    private Spool(RandomAccessFile file, long size, LongConsumer read) {
        this.file = file;
        this.size = size;
        this.read = read;
    }

    /**
     * Opens it.
     *
     * @param read takes the bytes of each read
     */
    public static Spool open(Path path, LongConsumer read) throws IOException {
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "r");
        return new Spool(file, file.length(), read);
    }

    public long size() {
        return size;
    }

    /** The whole file. */
    public InputStream stream() {
        return stream(0, size);
    }

    /** A part of the file; reading it fails where the file ends before the part does. */
    public InputStream stream(long offset, long length) {
        return new Part(offset, length);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** Part of the file. */
    private final class Part extends BlockStream {
        private long at;
        private long left;

        Part(long offset, long length) {
            this.at = offset;
            this.left = length;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, to.length);
            if (left == 0) {
                return -1;
            }
            file.seek(at);
            int count = file.read(to, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new ArchiveException(
                        ImportReason.IMPORT_CUT, "the archive ends " + left + " bytes early; send it again");
            }
            at += count;
            left -= count;
            Spool.this.read.accept(count);
            return count;
        }

        @Override
        public long skip(long count) {
            long skipped = Math.clamp(count, 0, left);
            at += skipped;
            left -= skipped;
            return skipped;
        }
    }
}
