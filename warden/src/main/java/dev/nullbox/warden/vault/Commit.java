package dev.nullbox.warden.vault;

import dev.nullbox.warden.vault.crypto.VaultCrypto;
import dev.nullbox.warden.vault.crypto.VaultKeys;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * Acknowledged extent of the file: its length in bytes, and the chain hash of its records.
 *
 * <p>A file has two places for it, used in turn, so that the last one stands while the next is written: blocks 1 and 2,
 * for even and odd counters.
 *
 * <pre>
 *    0  8  counter, 1 more each time
 *    8 32  the header's digest
 *   40  8  sequence number of the next record
 *   48  8  length of the file
 *   56 32  chain: SHA-256(SHA-256(... SHA-256(header's digest, record 1) ...), last record)
 *   88 32  HMAC-SHA-256 of the bytes before, key HKDF(data key, salt vault id, info "nullbox vault 2 commit")
 *  120     zeros to the block's end
 * </pre>
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and never leaves this package
record Commit(long counter, byte[] headerDigest, long nextSequence, long length, byte[] chain) {
    private static final int MAC_AT = 88;
    private static final int END = MAC_AT + VaultCrypto.HASH_BYTES;

    /** The first commit of a file, which stands in both places: as this one, and as the one with the next counter. */
    static Commit first(VaultHeader header, long nextSequence, long length, byte[] chain) {
        return new Commit(0, header.digest(), nextSequence, length, chain);
    }

    /** The commit after one more record. */
    Commit next(int recordBytes, byte[] newChain) {
        return new Commit(counter + 1, headerDigest, nextSequence + 1, length + recordBytes, newChain);
    }

    /** The same with the next counter. */
    Commit again() {
        return new Commit(counter + 1, headerDigest, nextSequence, length, chain);
    }

    /** Offset of the block in the file. */
    long position() {
        return position(counter);
    }

    static long position(long counter) {
        return VaultHeader.BLOCK_BYTES * (1 + (counter & 1));
    }

    /** The block. */
    byte[] block(VaultKeys keys) {
        ByteBuffer block = ByteBuffer.allocate(VaultHeader.BLOCK_BYTES);
        block.putLong(counter)
                .put(headerDigest)
                .putLong(nextSequence)
                .putLong(length)
                .put(chain);
        block.put(VaultCrypto.mac(keys.commit(), block.array(), MAC_AT));
        return block.array();
    }

    /** The commit in a block; absent when no vault wrote it, as after an interrupted write. */
    static Optional<Commit> parse(VaultKeys keys, VaultHeader header, byte[] block) {
        ByteBuffer in = ByteBuffer.wrap(block);
        long counter = in.getLong();
        byte[] headerDigest = take(in);
        Commit commit = new Commit(counter, headerDigest, in.getLong(), in.getLong(), take(in));
        boolean authentic = MessageDigest.isEqual(take(in), VaultCrypto.mac(keys.commit(), block, MAC_AT))
                && Arrays.equals(headerDigest, header.digest())
                && isZero(block, END);
        return authentic && commit.isBounded() ? Optional.of(commit) : Optional.empty();
    }

    private boolean isBounded() {
        return counter >= 0
                && counter < VaultLimits.MAX_COUNT
                && nextSequence > 0
                && nextSequence < VaultLimits.MAX_COUNT
                && length >= VaultHeader.RECORDS_AT;
    }

    private static byte[] take(ByteBuffer in) {
        byte[] bytes = new byte[VaultCrypto.HASH_BYTES];
        in.get(bytes);
        return bytes;
    }

    private static boolean isZero(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
