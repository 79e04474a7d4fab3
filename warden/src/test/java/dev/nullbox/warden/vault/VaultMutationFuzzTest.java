package dev.nullbox.warden.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whole files of many kinds, changed anywhere and in every way but with the key: each is refused, by its class and
 * unchanged, or was mended and is to the last byte what the file would have become unchanged. So no change shows
 * another value, and none hides one that was acknowledged.
 */
class VaultMutationFuzzTest {
    private static final int ROUNDS = 20_000;
    private static final int BLOCK = VaultHeader.BLOCK_BYTES;

    private final List<Base> bases = new ArrayList<>();
    private final Map<VaultReason, Integer> refused = new EnumMap<>(VaultReason.class);
    private int opened;

    /**
     * A file to be changed.
     *
     * @param becomes what it may be after it was opened
     * @param relatives files of the same vault, before and after, and last of its twin that took another way
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Base(byte[] file, Set<ByteBuffer> becomes, List<byte[]> relatives) {}

    @BeforeEach
    void make() throws Exception {
        MemoryFiles files = new MemoryFiles();
        Vault vault = Vaults.store(files, 1).create(List.of(Vaults.passphrase(), Vaults.key()));
        List<byte[]> history = new ArrayList<>(List.of(files.bytes("vault")));
        for (int i = 0; i < 9; i++) {
            change(vault, i);
            history.add(files.bytes("vault"));
        }
        byte[] whole = history.getLast();
        history.add(twin(history.get(7)));
        byte[] former = history.get(8);
        byte[] record = Arrays.copyOfRange(whole, former.length, whole.length);
        byte[] counted = whole.clone();
        counted[BLOCK * (newest(whole) + 1) + 50] ^= 1;
        byte[] nothing = {};
        base(history, history.getFirst(), nothing, history.get(1));
        base(history, history.get(3), nothing, history.get(4));
        base(history, former, nothing, whole);
        base(history, whole, nothing, whole);
        base(history, counted, nothing, whole);
        base(history, former, record, whole);
        base(history, former, Arrays.copyOf(record, record.length / 2), whole);
        base(history, former, new byte[2 * BLOCK], whole);
    }

    private static void change(Vault vault, int i) throws RpcException, IOException {
        switch (i) {
            case 3 -> vault.delete(Vaults.KEY);
            case 4 -> vault.destroy(Vaults.TOKEN, Optional.of(1));
            case 5 -> vault.undelete(Vaults.KEY);
            case 6 -> vault.set(new SecretName("trap"), Vaults.secret("canary"), true);
            default -> Vaults.set(vault, i % 2 == 0 ? Vaults.KEY : Vaults.TOKEN, "value".repeat(1 + i * 5));
        }
    }

    private static byte[] twin(byte[] file) throws RpcException, IOException {
        MemoryFiles files = new MemoryFiles();
        files.put("vault", file);
        Vaults.set(Vaults.open(files), Vaults.KEY, "another way");
        return files.bytes("vault");
    }

    /** @param next what it becomes with the next record, which is authentic wherever it comes from */
    private void base(List<byte[]> relatives, byte[] acknowledged, byte[] tail, byte[] next) throws IOException {
        byte[] file = Fuzz.joined(acknowledged, tail);
        MemoryFiles files = new MemoryFiles();
        files.put("vault", file);
        Vaults.open(files);
        Set<ByteBuffer> becomes = new HashSet<>(List.of(ByteBuffer.wrap(files.bytes("vault")), ByteBuffer.wrap(next)));
        if (tail.length > 0) {
            becomes.add(ByteBuffer.wrap(acknowledged));
        }
        bases.add(new Base(file, becomes, relatives));
    }

    private static int newest(byte[] file) {
        return ByteBuffer.wrap(file).getLong(BLOCK) > ByteBuffer.wrap(file).getLong(2 * BLOCK) ? 0 : 1;
    }

    @Test
    void noChangeShowsAnotherVault() {
        boolean enough = Fuzz.run(ROUNDS, random -> {
            Base base = bases.get(random.nextInt(bases.size()));
            byte[] file = changed(random, base);
            MemoryFiles files = new MemoryFiles();
            files.put("vault", file);
            switch (Vaults.store(files, 1).open(Vaults.key())) {
                case VaultOpenResult.Refused why -> {
                    assertThat(files.bytes("vault")).isEqualTo(file);
                    assertThat(why.message()).isNotEmpty();
                    assertThat(why.reason()).isIn(possible(file));
                    refused.merge(why.reason(), 1, Integer::sum);
                }
                case VaultOpenResult.Opened _ -> {
                    assertThat(ByteBuffer.wrap(files.bytes("vault"))).isIn(base.becomes());
                    opened++;
                }
            }
        });
        if (enough) {
            assertThat(opened).isGreaterThan(ROUNDS / 50);
            assertThat(refused)
                    .containsOnlyKeys(
                            VaultReason.WRONG_KEY,
                            VaultReason.NOT_A_VAULT,
                            VaultReason.WRONG_VERSION,
                            VaultReason.TRUNCATED,
                            VaultReason.TRAILING_BYTES,
                            VaultReason.SWAPPED,
                            VaultReason.ROLLED_BACK,
                            VaultReason.TAMPERED);
        }
    }

    /** Failures that need no key to be recognised come first. */
    private static Set<VaultReason> possible(byte[] file) {
        byte[] begin = {'N', 'B', 'V', 'A', 'U', 'L', 'T', '\n', 0, 2};
        int magic = Math.min(file.length, 8);
        if (!Arrays.equals(file, 0, magic, begin, 0, magic)) {
            return Set.of(VaultReason.NOT_A_VAULT);
        }
        if (file.length >= 10 && !Arrays.equals(file, 8, 10, begin, 8, 10)) {
            return Set.of(VaultReason.WRONG_VERSION);
        }
        if (file.length < VaultHeader.RECORDS_AT) {
            return Set.of(VaultReason.TRUNCATED);
        }
        byte[] digest = VaultCrypto.sha256(Arrays.copyOf(file, BLOCK - VaultCrypto.HASH_BYTES));
        return Arrays.equals(digest, Arrays.copyOfRange(file, BLOCK - VaultCrypto.HASH_BYTES, BLOCK))
                ? Set.of(
                        VaultReason.WRONG_KEY,
                        VaultReason.TRUNCATED,
                        VaultReason.TRAILING_BYTES,
                        VaultReason.SWAPPED,
                        VaultReason.ROLLED_BACK,
                        VaultReason.TAMPERED)
                : Set.of(VaultReason.TAMPERED);
    }

    private static byte[] changed(RandomGenerator random, Base base) {
        // One piece of a relative alone: commits and records taken back together are a whole older file, which is
        // undetected.
        if (Fuzz.once(random, 6)) {
            return spliced(random, base.file(), base.relatives());
        }
        byte[] file = base.file().clone();
        for (int changes = Fuzz.once(random, 3) ? 2 + random.nextInt(3) : 1; changes > 0; changes--) {
            file = file.length == 0 ? file : once(random, file);
        }
        return Fuzz.once(random, 4) && file.length >= BLOCK ? digested(file) : file;
    }

    private static byte[] once(RandomGenerator random, byte[] file) {
        int at = place(random, file);
        int length = 1 + random.nextInt(Fuzz.once(random, 4) ? file.length - at : Math.min(64, file.length - at));
        byte[] changed = file.clone();
        switch (random.nextInt(11)) {
            case 0, 1 -> changed[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> changed[at] = (byte) random.nextInt();
            case 3 -> Arrays.fill(changed, at, at + length, (byte) 0);
            case 4 -> {
                return Arrays.copyOf(file, at);
            }
            case 5 -> {
                byte[] more = new byte[1 + random.nextInt(Fuzz.once(random, 9) ? SealedRecord.MAX_BYTES + 9 : 300)];
                if (random.nextBoolean()) {
                    random.nextBytes(more);
                }
                return inserted(file, random.nextBoolean() ? file.length : at, more);
            }
            case 6 -> {
                return without(file, at, at + length);
            }
            case 7 -> {
                return inserted(file, place(random, file), Arrays.copyOfRange(file, at, at + length));
            }
            case 8 -> {
                int to = random.nextInt(file.length - length + 1);
                System.arraycopy(file, at, changed, to, length);
                System.arraycopy(file, to, changed, at, length);
            }
            case 9 -> {
                return reordered(random, file);
            }
            default -> number(random, changed);
        }
        return changed;
    }

    /** Half of all places are in what follows the blocks, where most of a file's meaning is. */
    private static int place(RandomGenerator random, byte[] file) {
        if (file.length > VaultHeader.RECORDS_AT && random.nextBoolean()) {
            return random.nextInt(VaultHeader.RECORDS_AT, file.length);
        }
        // The blocks' first bytes are those that are not zero.
        int block = BLOCK * random.nextInt(3);
        return random.nextInt(3) > 0 && block + 240 < file.length
                ? block + random.nextInt(240)
                : random.nextInt(file.length);
    }

    /** Changes a number that others depend on: a length, a count, a counter, the Argon2id cost. */
    private static void number(RandomGenerator random, byte[] file) {
        List<Integer> records = records(file);
        int record = records.get(random.nextInt(records.size()));
        int[] places = {10, 12, 32, 42, 44, 48, 52, BLOCK, BLOCK + 40, BLOCK + 48, 2 * BLOCK, 2 * BLOCK + 48};
        int at = random.nextBoolean() ? record + 4 * random.nextInt(5) : places[random.nextInt(places.length)];
        if (at + Integer.BYTES <= file.length) {
            ByteBuffer bytes = ByteBuffer.wrap(file);
            int old = bytes.getInt(at);
            int[] values = {old + 1, old - 1, 0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, old << 1, random.nextInt()};
            bytes.putInt(at, values[random.nextInt(values.length)]);
        }
    }

    /** Takes a record away, puts it twice, or in another's place. */
    private static byte[] reordered(RandomGenerator random, byte[] file) {
        List<Integer> records = records(file);
        if (records.size() < 2) {
            return file;
        }
        int one = random.nextInt(records.size() - 1);
        byte[] taken = Arrays.copyOfRange(file, records.get(one), records.get(one + 1));
        byte[] without = without(file, records.get(one), records.get(one + 1));
        int to = records.get(random.nextInt(records.size()));
        return switch (random.nextInt(3)) {
            case 0 -> without;
            case 1 -> inserted(file, to, taken);
            default -> inserted(without, to > records.get(one) ? to - taken.length : to, taken);
        };
    }

    /** Where records begin, as far as their lengths lead to the next, and where the last one ends. */
    private static List<Integer> records(byte[] file) {
        List<Integer> places = new ArrayList<>();
        int at = Math.min(VaultHeader.RECORDS_AT, file.length);
        for (int length = 1; length > 0 && at <= file.length; at += length) {
            places.add(at);
            length = at + Integer.BYTES <= file.length ? ByteBuffer.wrap(file).getInt(at) : 0;
            length = Math.min(length, file.length);
        }
        return places;
    }

    /**
     * A block, or a stretch of what follows the blocks, from another file of the vault; no block of the twin, whose
     * former commit fits beside our newest, which alone is in force.
     */
    private static byte[] spliced(RandomGenerator random, byte[] file, List<byte[]> relatives) {
        boolean isBlock = random.nextBoolean();
        byte[] other = relatives.get(random.nextInt(relatives.size() - (isBlock ? 1 : 0)));
        byte[] changed = file.clone();
        int shorter = Math.min(file.length, other.length);
        if (isBlock || shorter == VaultHeader.RECORDS_AT) {
            int block = BLOCK * (isBlock ? random.nextInt(3) : 0);
            System.arraycopy(other, block, changed, block, BLOCK);
            return changed;
        }
        int from = random.nextInt(VaultHeader.RECORDS_AT, shorter);
        int end = Fuzz.once(random, 3) ? other.length : random.nextInt(from, shorter) + 1;
        changed = Fuzz.once(random, 3) ? Arrays.copyOf(changed, Math.max(end, from)) : changed;
        System.arraycopy(other, from, changed, from, Math.min(end, changed.length) - from);
        return changed;
    }

    private static byte[] digested(byte[] file) {
        byte[] changed = file.clone();
        byte[] digest = VaultCrypto.sha256(Arrays.copyOf(file, BLOCK - VaultCrypto.HASH_BYTES));
        System.arraycopy(digest, 0, changed, BLOCK - digest.length, digest.length);
        return changed;
    }

    private static byte[] without(byte[] file, int from, int to) {
        return Fuzz.joined(Arrays.copyOf(file, from), Arrays.copyOfRange(file, to, file.length));
    }

    private static byte[] inserted(byte[] file, int at, byte[] more) {
        return Fuzz.joined(Fuzz.joined(Arrays.copyOf(file, at), more), Arrays.copyOfRange(file, at, file.length));
    }
}
