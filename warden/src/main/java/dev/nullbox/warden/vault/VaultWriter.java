package dev.nullbox.warden.vault;

import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Directory;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import dev.nullbox.warden.vault.crypto.VaultKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Writer of a complete vault file, in large chunks; before {@link #finish} the file is no vault. */
final class VaultWriter {
    private static final int PIECE_BYTES = 256 * 1024;

    private final Directory files;
    private final String name;
    private final VaultHeader header;
    private final VaultKeys keys;
    private final ByteArrayOutputStream piece = new ByteArrayOutputStream();
    private long position = VaultHeader.RECORDS_AT;
    private long nextSequence = 1;
    private byte[] chain;

    VaultWriter(Directory files, String name, VaultHeader header, VaultKeys keys) throws IOException {
        this.files = files;
        this.name = name;
        this.header = header;
        this.keys = keys;
        this.chain = header.digest();
        files.create(name);
        files.write(name, 0, header.block());
    }

    /**
     * Adds a record.
     *
     * @return its offset
     * @throws RpcException when the file would be too long
     */
    long add(SealedRecord record) throws IOException, RpcException {
        long at = position;
        if (at + record.length() > VaultLimits.MAX_FILE_BYTES) {
            throw VaultFile.full();
        }
        chain = VaultCrypto.chain(chain, record.bytes());
        piece.writeBytes(record.bytes());
        position += record.length();
        nextSequence = record.head().sequence() + 1;
        if (piece.size() >= PIECE_BYTES) {
            flush();
        }
        return at;
    }

    /**
     * Writes both commits and syncs the file, not yet its name.
     *
     * @param atLeast the next sequence number may be no lower than this
     * @return the commit in force
     */
    Commit finish(long atLeast) throws IOException {
        flush();
        Commit first = Commit.first(header, Math.max(nextSequence, atLeast), position, chain);
        Commit second = first.again();
        files.write(name, first.position(), first.block(keys));
        files.write(name, second.position(), second.block(keys));
        files.sync(name);
        return second;
    }

    private void flush() throws IOException {
        if (piece.size() > 0) {
            files.write(name, position - piece.size(), piece.toByteArray());
            piece.reset();
        }
    }
}
