package dev.nullbox.warden.vault;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import dev.nullbox.warden.vault.crypto.VaultKeys;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * First block of a vault: its identity, its generation and its key slots. Written once for each file.
 *
 * <pre>
 *      0  8  "NBVAULT\n"
 *      8  2  format version, 2
 *     10  2  number of key slots, 1 to 8
 *     12  4  zero
 *     16 16  vault id
 *     32  8  generation: 1, and one more each time the file is written anew
 *     40     the slots, then zeros
 *   4064 32  SHA-256 of the bytes before: tells damage from a wrong key; the commits authenticate it
 * </pre>
 */
final class VaultHeader {
    static final int BLOCK_BYTES = 4096;
    static final int VAULT_ID_BYTES = 16;
    /** First byte of the records, behind the header and two commits. */
    static final int RECORDS_AT = 3 * BLOCK_BYTES;

    private static final int SLOTS_AT = 40;
    private static final int DIGEST_AT = BLOCK_BYTES - VaultCrypto.HASH_BYTES;

    private final byte[] vaultId;
    private final long generation;
    private final List<KeySlot> slots;
    private final byte[] block;

    VaultHeader(byte[] vaultId, long generation, List<KeySlot> slots) {
        this.vaultId = vaultId.clone();
        this.generation = generation;
        this.slots = List.copyOf(slots);
        ByteBuffer bytes = ByteBuffer.allocate(BLOCK_BYTES);
        bytes.put(VaultKeys.magic()).putShort((short) VaultKeys.VERSION).putShort((short) slots.size());
        bytes.putInt(0).put(vaultId).putLong(generation);
        slots.forEach(slot -> bytes.put(slot.bytes()));
        bytes.put(DIGEST_AT, VaultCrypto.sha256(Arrays.copyOf(bytes.array(), DIGEST_AT)));
        this.block = bytes.array();
    }

    /**
     * Parses a header, without checking its authenticity.
     *
     * @param begin the file's first {@link #RECORDS_AT} bytes, or all when it has fewer
     * @throws RpcException when it is of another version, or incomplete
     */
    static VaultHeader parse(byte[] begin) throws RpcException {
        byte[] magic = VaultKeys.magic();
        byte[] found = Arrays.copyOf(begin, Math.min(begin.length, VaultKeys.MAGIC_BYTES));
        if (!Arrays.equals(found, Arrays.copyOf(magic, found.length))) {
            throw VaultOpenResult.notAVault();
        }
        if (begin.length >= VaultKeys.MAGIC_BYTES + 2) {
            int version = Short.toUnsignedInt(ByteBuffer.wrap(begin).getShort(VaultKeys.MAGIC_BYTES));
            if (version != VaultKeys.VERSION) {
                throw new RpcException(
                        VaultReason.WRONG_VERSION,
                        "the vault has format version " + version + ", this NullBox reads " + VaultKeys.VERSION
                                + "; boot the NullBox that wrote it");
            }
        }
        if (begin.length < RECORDS_AT) {
            throw VaultOpenResult.truncated(RECORDS_AT, begin.length);
        }
        byte[] digest = Arrays.copyOfRange(begin, DIGEST_AT, BLOCK_BYTES);
        if (!Arrays.equals(digest, VaultCrypto.sha256(Arrays.copyOf(begin, DIGEST_AT)))) {
            throw VaultOpenResult.tampered("header");
        }
        try {
            return header(ByteBuffer.wrap(begin, 0, DIGEST_AT));
        } catch (MalformedException e) {
            throw VaultOpenResult.tampered(e.where());
        }
    }

    private static VaultHeader header(ByteBuffer bytes) throws MalformedException {
        int count = Short.toUnsignedInt(bytes.getShort(VaultKeys.MAGIC_BYTES + 2));
        MalformedException.require(count >= 1 && count <= VaultLimits.MAX_SLOTS, "number of key slots");
        MalformedException.require(bytes.getInt(VaultKeys.MAGIC_BYTES + 4) == 0, "header");
        byte[] vaultId = new byte[VAULT_ID_BYTES];
        bytes.get(VaultKeys.MAGIC_BYTES + 8, vaultId);
        long generation = bytes.getLong(SLOTS_AT - Long.BYTES);
        MalformedException.require(generation > 0 && generation < VaultLimits.MAX_COUNT, "generation");
        bytes.position(SLOTS_AT);
        List<KeySlot> slots = new ArrayList<>();
        Set<Integer> numbers = new HashSet<>();
        for (int i = 0; i < count; i++) {
            KeySlot slot = KeySlot.get(bytes);
            MalformedException.require(numbers.add(slot.number()), "key slot number");
            slots.add(slot);
        }
        while (bytes.hasRemaining()) {
            MalformedException.require(bytes.get() == 0, "space after the key slots");
        }
        return new VaultHeader(vaultId, generation, slots);
    }

    byte[] vaultId() {
        return vaultId.clone();
    }

    long generation() {
        return generation;
    }

    List<KeySlot> slots() {
        return slots;
    }

    /** The block as it stands in the file. */
    byte[] block() {
        return block.clone();
    }

    /** The block's last 32 bytes, where the chain of records begins. */
    byte[] digest() {
        return Arrays.copyOfRange(block, DIGEST_AT, BLOCK_BYTES);
    }

    /** The header for the next rewrite of the file. */
    VaultHeader next(List<KeySlot> newSlots) {
        return new VaultHeader(vaultId, Math.incrementExact(generation), newSlots);
    }
}
