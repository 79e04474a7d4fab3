package dev.nullbox.warden.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.protocol.id.Text;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * Files that only a holder of the key can make, with records in and out of order, of every kind, and with every tail that a
 * power cut may leave: each opens, and is imported, to what {@link ForgedModel} says, or is refused for what it says.
 */
class VaultForgeryFuzzTest {
    private static final int ROUNDS = 6_000;
    private static final List<SecretName> NAMES =
            List.of(Vaults.KEY, Vaults.TOKEN, new SecretName("_"), new SecretName("N".repeat(Text.MAX_IDENTIFIER)));

    private final Map<VaultReason, Integer> refused = new EnumMap<>(VaultReason.class);
    private int opened;

    /** A file, and what is to come of it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Forgery(byte[] file, ForgedModel model) {}

    @Test
    void opensToWhatTheModelSaysOrIsRefusedForIt() {
        boolean enough = Fuzz.run(ROUNDS, random -> {
            Forgery forgery = forgery(random);
            opens(forgery);
            isImported(forgery);
        });
        if (enough) {
            assertThat(opened).isGreaterThan(ROUNDS / 4);
            assertThat(refused)
                    .containsOnlyKeys(VaultReason.TAMPERED, VaultReason.TRUNCATED, VaultReason.TRAILING_BYTES)
                    .allSatisfy((code, count) -> assertThat(count).isGreaterThan(ROUNDS / 200));
        }
    }

    private void opens(Forgery forgery) throws RpcException, IOException {
        MemoryFiles files = new MemoryFiles();
        files.put("vault", forgery.file());
        switch (Vaults.store(files, 1).open(Vaults.key())) {
            case VaultOpenResult.Refused why -> {
                assertThat(forgery.model().refusal()).contains(why.reason());
                assertThat(files.bytes("vault")).isEqualTo(forgery.file());
                refused.merge(why.reason(), 1, Integer::sum);
            }
            case VaultOpenResult.Opened(Vault vault, int _) -> {
                assertThat(forgery.model().refusal()).isEmpty();
                assertThat(ForgedModel.contents(vault))
                        .isEqualTo(forgery.model().contents());
                assertThat(ForgedModel.contents(Vaults.open(files)))
                        .isEqualTo(forgery.model().contents());
                opened++;
            }
        }
    }

    private static void isImported(Forgery forgery) throws RpcException, IOException {
        MemoryFiles files = new MemoryFiles();
        Vault vault = Vaults.create(files);
        byte[] before = files.bytes("vault");
        files.put("vault.transfer", forgery.file());
        try {
            vault.importFrom(Vaults.store(files, 1).openForImport("vault.transfer", Vaults.key()), false);
            assertThat(forgery.model().isImportable()).isTrue();
            assertThat(ForgedModel.contents(vault)).isEqualTo(forgery.model().contents());
            assertThat(ForgedModel.contents(Vaults.open(files)))
                    .isEqualTo(forgery.model().contents());
        } catch (RpcException e) {
            assertThat(Vaults.reason(e)).isEqualTo(forgery.model().refusal().orElse(VaultReason.TAMPERED));
            assertThat(forgery.model().isImportable()).isFalse();
            assertThat(files.bytes("vault")).isEqualTo(before);
        }
    }

    private static Forgery forgery(RandomGenerator random) throws IOException {
        ForgedModel model = new ForgedModel();
        long generation = Fuzz.once(random, 8) ? random.nextLong(1, VaultLimits.MAX_COUNT) : 1;
        try (ForgedVault forged =
                new ForgedVault(random.nextLong(), 1 + random.nextInt(Fuzz.once(random, 8) ? 8 : 1), generation)) {
            // Most files break no rule, or one: with many breaches none would be seen alone.
            int breaches = random.nextInt(2);
            long sequence = 0;
            for (int records = random.nextInt(12); records > 0; records--) {
                boolean breaks = breaches > 0 && Fuzz.once(random, 8);
                breaches -= breaks ? 1 : 0;
                sequence = next(random, sequence);
                SealedRecord.Head head = head(random, model, sequence);
                head = breaks ? broken(random, head) : head;
                int length = head.kind() == SealedRecord.Kind.VALUE ? 1 + random.nextInt(40) : 0;
                byte[] value = value(random, breaks && Fuzz.once(random, 6) ? (length == 0 ? 1 : 0) : length);
                byte[] record = forged.add(head, value);
                boolean authentic = !Fuzz.once(random, 60);
                if (!authentic) {
                    spoil(random, head, record);
                }
                model.acknowledge(head, value, authentic);
            }
            long counter = Fuzz.once(random, 8) ? random.nextLong(0, VaultLimits.MAX_COUNT - 2) : random.nextInt(9);
            long gap = Fuzz.once(random, 40) ? -random.nextInt(4) : Fuzz.once(random, 8) ? random.nextInt(300) : 0;
            long nextSequence = model.highest() + 1 + gap;
            model.count(nextSequence);
            byte[] file = forged.bytes(counter, nextSequence);
            return new Forgery(ended(random, forged, model, nextSequence, file), model);
        }
    }

    private static long next(RandomGenerator random, long sequence) {
        long step = Fuzz.once(random, 100) ? random.nextLong(1, 1L << 58) : 1 + random.nextInt(3);
        return sequence + (sequence < 1L << 61 ? step : 1);
    }

    /** What a vault may have written after the others. */
    private static SealedRecord.Head head(RandomGenerator random, ForgedModel model, long sequence) {
        SecretName name = NAMES.get(random.nextInt(NAMES.size()));
        long created = Fuzz.once(random, 10) ? random.nextLong() : 1_700_000_000L + random.nextInt(1000);
        if (model.has(name) && Fuzz.once(random, 3)) {
            SealedRecord.Kind mark = model.isDeleted(name) ? SealedRecord.Kind.UNDELETED : SealedRecord.Kind.DELETED;
            return new SealedRecord.Head(sequence, mark, false, 0, created, name);
        }
        SealedRecord.Kind kind = Fuzz.once(random, 5) ? SealedRecord.Kind.DESTROYED : SealedRecord.Kind.VALUE;
        int newest = model.newest(name);
        int step = Fuzz.once(random, 30) ? random.nextInt(1 << 26) : random.nextInt(3);
        int version = newest + 1 + Math.min(step, Integer.MAX_VALUE - 1 - newest);
        return new SealedRecord.Head(sequence, kind, Fuzz.once(random, 4), version, created, name);
    }

    /** The same, but for one thing; that may be allowed too. */
    private static SealedRecord.Head broken(RandomGenerator random, SealedRecord.Head head) {
        SealedRecord.Kind[] kinds = SealedRecord.Kind.values();
        SealedRecord.Kind kind = head.kind();
        boolean canary = head.canary();
        long sequence = head.sequence();
        int version = head.version();
        switch (random.nextInt(7)) {
            case 0 -> sequence -= random.nextInt(6);
            case 1 -> sequence = random.nextLong();
            case 2 -> version -= random.nextInt(4);
            case 3 -> version = random.nextInt();
            case 4 -> kind = kinds[random.nextInt(kinds.length)];
            case 5 -> {
                kind = kinds[1 + random.nextInt(2)];
                version = 0;
            }
            default -> canary = !canary;
        }
        return new SealedRecord.Head(sequence, kind, canary, version, head.created(), head.name());
    }

    /** The file with something behind it, or cut. */
    private static byte[] ended(
            RandomGenerator random, ForgedVault forged, ForgedModel model, long nextSequence, byte[] file)
            throws IOException {
        SealedRecord.Head head = head(random, model, nextSequence);
        head = Fuzz.once(random, 3)
                ? new SealedRecord.Head(
                        nextSequence,
                        broken(random, head).kind(),
                        head.canary(),
                        head.version(),
                        head.created(),
                        head.name())
                : head;
        byte[] value = value(random, head.kind() == SealedRecord.Kind.VALUE ? 1 + random.nextInt(40) : 0);
        byte[] record = forged.sealed(head, value);
        return switch (random.nextInt(12)) {
            case 0 -> {
                model.append(head, value);
                yield Fuzz.joined(file, record);
            }
            case 1 -> Fuzz.joined(file, Arrays.copyOf(record, 1 + random.nextInt(record.length - 1)));
            case 2 ->
                Fuzz.joined(file, new byte[random.nextInt(Fuzz.once(random, 9) ? SealedRecord.MAX_BYTES + 1 : 200)]);
            case 3 -> {
                spoil(random, head, record);
                yield Fuzz.joined(file, record);
            }
            case 4 -> {
                model.follow();
                byte[] tail = value(random, 1 + random.nextInt(200));
                tail[0] |= 1;
                yield Fuzz.joined(file, tail);
            }
            case 5 -> {
                model.follow();
                yield Fuzz.joined(file, new byte[SealedRecord.MAX_BYTES + 1]);
            }
            case 6 -> model.cut() ? Arrays.copyOf(file, random.nextInt(file.length)) : file;
            default -> file;
        };
    }

    /** Changes what only the key's holder can tell. */
    private static void spoil(RandomGenerator random, SealedRecord.Head head, byte[] record) {
        int at = SealedRecord.FIXED_BYTES + head.name().value().length();
        record[random.nextInt(at, record.length)] ^= (byte) (1 << random.nextInt(8));
    }

    private static byte[] value(RandomGenerator random, int length) {
        byte[] value = new byte[length];
        random.nextBytes(value);
        return value;
    }
}
