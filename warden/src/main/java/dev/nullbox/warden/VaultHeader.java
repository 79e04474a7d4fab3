package dev.nullbox.warden;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A vault's first block: which vault, how often rewritten, and what opens it. Written once for each file.
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
    static final int VERSION = 2;
    static final int MAGIC_BYTES = 8;
    static final int BLOCK_BYTES = 4096;
    static final int VAULT_ID_BYTES = 16;

    private static final String MAGIC = "NBVAULT\n";
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
        bytes.put(magic()).putShort((short) VERSION).putShort((short) slots.size());
        bytes.putInt(0).put(vaultId).putLong(generation);
        slots.forEach(slot -> bytes.put(slot.bytes()));
        bytes.put(DIGEST_AT, VaultCrypto.sha256(Arrays.copyOf(bytes.array(), DIGEST_AT)));
        this.block = bytes.array();
    }

    static byte[] magic() {
        return MAGIC.getBytes(StandardCharsets.US_ASCII);
    }

    /** What came of reading a header. */
    sealed interface Parsed {
        record Whole(VaultHeader header) implements Parsed {}

        record Unreadable(VaultOpenResult.Refused why) implements Parsed {}
    }

    /**
     * Reads a header; says nothing of its authenticity.
     *
     * @param begin the file's first {@link VaultFile#RECORDS_AT} bytes, or all when it has fewer
     */
    static Parsed parse(byte[] begin) {
        return unfit(begin).<Parsed>map(Parsed.Unreadable::new).orElseGet(() -> {
            try {
                return new Parsed.Whole(header(ByteBuffer.wrap(begin, 0, DIGEST_AT)));
            } catch (MalformedException e) {
                return new Parsed.Unreadable(new VaultOpenResult.Tampered(e.where()));
            }
        });
    }

    private static Optional<VaultOpenResult.Refused> unfit(byte[] begin) {
        byte[] magic = magic();
        byte[] found = Arrays.copyOf(begin, Math.min(begin.length, MAGIC_BYTES));
        if (!Arrays.equals(found, Arrays.copyOf(magic, found.length))) {
            return Optional.of(new VaultOpenResult.NotAVault());
        }
        if (begin.length >= MAGIC_BYTES + 2) {
            int version = Short.toUnsignedInt(ByteBuffer.wrap(begin).getShort(MAGIC_BYTES));
            if (version != VERSION) {
                return Optional.of(new VaultOpenResult.WrongVersion(version));
            }
        }
        if (begin.length < VaultFile.RECORDS_AT) {
            return Optional.of(new VaultOpenResult.Truncated(VaultFile.RECORDS_AT, begin.length));
        }
        byte[] digest = Arrays.copyOfRange(begin, DIGEST_AT, BLOCK_BYTES);
        return Arrays.equals(digest, VaultCrypto.sha256(Arrays.copyOf(begin, DIGEST_AT)))
                ? Optional.empty()
                : Optional.of(new VaultOpenResult.Tampered("header"));
    }

    private static VaultHeader header(ByteBuffer bytes) throws MalformedException {
        int count = Short.toUnsignedInt(bytes.getShort(MAGIC_BYTES + 2));
        MalformedException.require(count >= 1 && count <= VaultLimits.MAX_SLOTS, "number of key slots");
        MalformedException.require(bytes.getInt(MAGIC_BYTES + 4) == 0, "header");
        byte[] vaultId = new byte[VAULT_ID_BYTES];
        bytes.get(MAGIC_BYTES + 8, vaultId);
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

    /** The header of the next writing of the whole file. */
    VaultHeader next(List<KeySlot> newSlots) {
        return new VaultHeader(vaultId, Math.incrementExact(generation), newSlots);
    }
}
