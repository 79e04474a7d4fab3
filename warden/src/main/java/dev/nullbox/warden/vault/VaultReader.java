package dev.nullbox.warden.vault;

import dev.nullbox.service.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** Reader of consecutive records from a file, in large chunks. */
final class VaultReader {
    private static final int PIECE_BYTES = 256 * 1024;

    private final Directory files;
    private final String name;
    private final long end;
    private long position;
    private byte[] piece = {};
    private long pieceAt;

    /** @param end where the last record ends */
    VaultReader(Directory files, String name, long end) {
        this.files = files;
        this.name = name;
        this.position = VaultHeader.RECORDS_AT;
        this.end = end;
    }

    /** Offset of the next record. */
    long position() {
        return position;
    }

    /**
     * The next record; absent at the end.
     *
     * @throws MalformedException when the bytes are no record and it is not the end; {@link #position} stays
     */
    Optional<SealedRecord> next() throws IOException, MalformedException {
        if (position == end) {
            return Optional.empty();
        }
        MalformedException.require(end - position >= SealedRecord.MIN_BYTES, where());
        int length = ByteBuffer.wrap(bytes(Integer.BYTES)).getInt();
        MalformedException.require(
                length >= SealedRecord.MIN_BYTES && length <= SealedRecord.MAX_BYTES && length <= end - position,
                where());
        SealedRecord record = SealedRecord.parse(bytes(length));
        position += length;
        return Optional.of(record);
    }

    private String where() {
        return "record at byte " + position;
    }

    private byte[] bytes(int length) throws IOException {
        if (position + length > pieceAt + piece.length) {
            piece = files.read(name, position, (int) Math.min(PIECE_BYTES, end - position));
            pieceAt = position;
        }
        int from = (int) (position - pieceAt);
        return Arrays.copyOfRange(piece, from, from + length);
    }
}
