package dev.nullbox.warden.vault;

import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.warden.vault.crypto.Argon2Cost;
import dev.nullbox.warden.vault.crypto.Credential;
import dev.nullbox.warden.vault.crypto.Secret;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * Vault files, each with what comes of opening it: a class of failure, or the newest values. They lie in {@code
 * vault-vectors.txt} for readers in other languages too.
 */
final class VaultVectors {
    static final String RESOURCE = "src/test/resources/vault-vectors.txt";

    private final List<Vector> vectors = new ArrayList<>();
    private final byte[] two = twoSecrets();

    /**
     * @param expect a class of failure, or {@code OK} and NAME=VALUE for each live secret
     * @param credential {@code key HEX} or {@code passphrase TEXT}
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by its file with Arrays.equals
    record Vector(String name, String expect, String credential, byte[] file) {
        String line() {
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            try (DeflaterOutputStream out = new DeflaterOutputStream(packed, new Deflater(9))) {
                out.write(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            String base64 = Base64.getEncoder().encodeToString(packed.toByteArray());
            return String.join("\t", name, expect, credential, base64);
        }

        static Vector parse(String line) {
            String[] parts = line.split("\t", -1);
            byte[] packed = Base64.getDecoder().decode(parts[3]);
            try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(packed))) {
                return new Vector(parts[0], parts[1], parts[2], in.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private VaultVectors() throws Exception {
        opening();
        framing();
        records();
        commits();
        sealedSo();
    }

    static List<Vector> all() throws Exception {
        return new VaultVectors().vectors;
    }

    /** Writes the file of vectors anew. */
    public static void main(String[] args) throws Exception {
        List<String> lines = new ArrayList<>();
        for (Vector vector : all()) {
            lines.add(vector.line());
        }
        Files.write(Path.of(args.length > 0 ? args[0] : RESOURCE), lines);
    }

    static Credential credential(Vector vector) {
        String[] parts = vector.credential().split(" ", 2);
        return parts[0].equals("key")
                ? new Credential.Key(Secret.owning(HexFormat.of().parseHex(parts[1])))
                : new Credential.Passphrase(Vaults.secret(parts[1]));
    }

    private static final String KEY = "key " + "07".repeat(32);

    private void opening() throws Exception {
        MemoryFiles files = new MemoryFiles();
        Vaults.create(files);
        add("empty", "OK", files.bytes("vault"));
        add("two secrets", "OK OPENAI_KEY=first token2=other!", two);
        add("another key", "WRONG_KEY", "key " + "08".repeat(32), two);
        add("a passphrase where there is a key", "WRONG_KEY", "passphrase " + Vaults.PASSPHRASE, two);
        VaultStore full = new VaultStore(files, Vaults.random(5), () -> Instant.EPOCH, Argon2Cost.RECOMMENDED);
        Vault vault = full.create(List.of(Vaults.passphrase(), Vaults.key()));
        Vaults.set(vault, Vaults.KEY, "behind Argon2id");
        add(
                "recommended passphrase",
                "OK OPENAI_KEY=behind Argon2id",
                "passphrase " + Vaults.PASSPHRASE,
                files.bytes("vault"));
        add("key beside a passphrase", "OK OPENAI_KEY=behind Argon2id", files.bytes("vault"));
        add("another passphrase", "WRONG_KEY", "passphrase correct horse", files.bytes("vault"));
        costs(files.bytes("vault"));
        history();
    }

    /** Each bound of Argon2id's parameters, passed by one, and all of them by as much as there is. */
    private void costs(byte[] file) {
        cost("no passes", file, 0, 65_536, 4);
        cost("17 passes", file, 17, 65_536, 4);
        cost("31 KiB for 4 lanes", file, 3, 31, 4);
        cost("65,537 KiB", file, 3, 65_537, 4);
        cost("no lanes", file, 3, 65_536, 0);
        cost("17 lanes", file, 3, 65_536, 17);
        cost("the most of all", file, -1, -1, -1);
    }

    private void cost(String what, byte[] file, int passes, int memoryKib, int lanes) {
        byte[] changed = file.clone();
        ByteBuffer.wrap(changed, 44, 12).putInt(passes).putInt(memoryKib).putInt(lanes);
        add("Argon2id with " + what, "TAMPERED", "passphrase " + Vaults.PASSPHRASE, digested(changed));
    }

    private void history() throws Exception {
        MemoryFiles files = new MemoryFiles();
        Vault vault = Vaults.create(files);
        Vaults.set(vault, Vaults.KEY, "one");
        Vaults.set(vault, Vaults.KEY, "two");
        Vaults.set(vault, Vaults.TOKEN, "hidden");
        vault.delete(Vaults.TOKEN);
        vault.set(new SecretName("TRAP"), Vaults.secret("canary"), true);
        vault.destroy(Vaults.KEY, Optional.of(1));
        Vaults.set(vault, Vaults.KEY, "three");
        add("history", "OK OPENAI_KEY=three TRAP=canary", files.bytes("vault"));
    }

    private void framing() {
        add("no byte", "TRUNCATED", new byte[0]);
        add("magic alone", "TRUNCATED", Arrays.copyOf(two, 8));
        add("half a header", "TRUNCATED", Arrays.copyOf(two, 2000));
        add("no commits", "TRUNCATED", Arrays.copyOf(two, VaultHeader.RECORDS_AT - 1));
        add("a text", "NOT_A_VAULT", "hello, world".getBytes(StandardCharsets.US_ASCII));
        add("version 1", "WRONG_VERSION", with(two, 9, 1));
        add("version 3, cut", "WRONG_VERSION", Arrays.copyOf(with(two, 9, 3), 12));
        add("header bit", "TAMPERED", flipped(two, 20));
        add("slot without the digest", "TAMPERED", flipped(two, 70));
        add("slot with the digest", "TAMPERED", digested(flipped(two, 90)));
        add("key id with the digest", "WRONG_KEY", digested(flipped(two, 45)));
        add("generation with the digest", "TAMPERED", digested(with(two, 39, 9)));
        add("space after the slots", "TAMPERED", digested(with(two, 3000, 1)));
        add("no slots", "TAMPERED", digested(with(two, 11, 0)));
    }

    private void records() throws Exception {
        int first = VaultHeader.RECORDS_AT;
        int length = ByteBuffer.wrap(two).getInt(first);
        int second = first + length;
        add("cut between records", "TRUNCATED", Arrays.copyOf(two, second));
        add("cut within a record", "TRUNCATED", Arrays.copyOf(two, two.length - 7));
        add("one byte more", "TRAILING_BYTES", appended(two, new byte[] {65}));
        add("a record twice", "TRAILING_BYTES", appended(two, Arrays.copyOfRange(two, second, two.length)));
        add("zeros for the longest record", "OK OPENAI_KEY=first token2=other!", appended(two, new byte[65_672]));
        add("zeros beyond any record", "TRAILING_BYTES", appended(two, new byte[65_673]));
        byte[] swapped = two.clone();
        System.arraycopy(two, second, swapped, first, two.length - second);
        System.arraycopy(two, first, swapped, first + two.length - second, length);
        add("swapped records", "SWAPPED", swapped);
        MemoryFiles files = new MemoryFiles();
        Vault vault = Vaults.create(files);
        Vaults.set(vault, Vaults.KEY, "old!!");
        Vaults.set(vault, Vaults.KEY, "new!!");
        byte[] rolled = files.bytes("vault");
        System.arraycopy(rolled, first, rolled, first + (rolled.length - first) / 2, (rolled.length - first) / 2);
        add("an older version in the newer one's place", "ROLLED_BACK", rolled);
        add("a record of another history", "ROLLED_BACK", otherHistory());
        add("value bit", "TAMPERED", flipped(two, two.length - 20));
        add("name bit", "TAMPERED", flipped(two, first + 30));
        add("version bit", "TAMPERED", flipped(two, first + 19));
        add("length bit", "TAMPERED", flipped(two, first + 3));
        add("kind", "TAMPERED", with(two, first + 12, 9));
    }

    /** The last record is authentic and has the right number, but another was acknowledged. */
    private byte[] otherHistory() throws Exception {
        MemoryFiles files = new MemoryFiles();
        files.put("vault", Arrays.copyOf(two, two.length));
        Vault vault = Vaults.open(files);
        Vaults.set(vault, Vaults.KEY, "never");
        MemoryFiles twin = new MemoryFiles();
        twin.put("vault", two);
        VaultStore store = Vaults.store(twin, 77);
        Vault other = ((VaultOpenResult.Opened) store.open(Vaults.key())).vault();
        Vaults.set(other, Vaults.KEY, "acked");
        byte[] result = twin.bytes("vault");
        byte[] never = files.bytes("vault");
        System.arraycopy(never, two.length, result, two.length, never.length - two.length);
        return result;
    }

    private void commits() throws Exception {
        MemoryFiles files = new MemoryFiles();
        files.put("vault", two);
        Vault vault = Vaults.open(files);
        Vaults.set(vault, Vaults.TOKEN, "third");
        byte[] three = files.bytes("vault");
        byte[] record = Arrays.copyOfRange(three, two.length, three.length);
        String adopted = "OK OPENAI_KEY=first token2=third";
        String cutOff = "OK OPENAI_KEY=first token2=other!";
        add("a record that was not counted yet", adopted, appended(two, record));
        add("half a record", cutOff, appended(two, Arrays.copyOf(record, record.length / 2)));
        add("three bytes of a record", cutOff, appended(two, Arrays.copyOf(record, 3)));
        add("a whole record, and something behind it", "TRAILING_BYTES", appended(two, appended(record, new byte[1])));
        add("the former commit, and half of the next record", "TRAILING_BYTES", takenBack(three, vault, files));
        add("room for a record", cutOff, appended(two, new byte[record.length]));
        add("a record with a hole", cutOff, appended(two, holed(record)));
        add("a commit that was cut", adopted, flipped(three, 4096));
        add("a commit that was cut, and no record", "TAMPERED", flipped(two, 4096 + 60));
        add("the former commit damaged", "TAMPERED", flipped(three, 8192 + 60));
        add("both commits damaged", "TAMPERED", flipped(flipped(two, 4096), 8192));
        add("space after the newest commit", cutOff, with(two, 8192 + 500, 1));
        add("space after the former commit", "TAMPERED", with(two, 4096 + 500, 1));
        byte[] twice = two.clone();
        System.arraycopy(two, 4096, twice, 8192, 4096);
        add("the former commit in both places", cutOff, twice);
    }

    /** Half a record behind, and the newest commit as it was two changes ago, so that one that counts seems not to. */
    private byte[] takenBack(byte[] three, Vault vault, MemoryFiles files) throws Exception {
        Vaults.set(vault, Vaults.TOKEN, "fourth");
        byte[] four = files.bytes("vault");
        byte[] torn = Arrays.copyOf(three, (three.length + four.length) / 2);
        System.arraycopy(four, three.length, torn, three.length, torn.length - three.length);
        int newest =
                ByteBuffer.wrap(three).getLong(4096) > ByteBuffer.wrap(three).getLong(8192) ? 4096 : 8192;
        System.arraycopy(two, newest, torn, newest, 4096);
        return torn;
    }

    /** Vaults that only the holder of a key can make, each counted by authentic commits. */
    private void sealedSo() throws Exception {
        SealedRecord.Kind value = SealedRecord.Kind.VALUE;
        SealedRecord.Kind deleted = SealedRecord.Kind.DELETED;
        SealedRecord.Kind undeleted = SealedRecord.Kind.UNDELETED;
        SealedRecord.Kind destroyed = SealedRecord.Kind.DESTROYED;
        sealed("gaps in sequence numbers and versions", "OK OPENAI_KEY=v9", of(3, value, 2), of(9, value, 7));
        sealed("a sequence number twice", "TAMPERED", of(3, value, 1), of(3, value, 2));
        sealed("sequence numbers that descend", "TAMPERED", of(3, value, 1), of(2, value, 2));
        sealed("sequence number 0", "TAMPERED", of(0, value, 1));
        sealed("a version twice", "TAMPERED", of(1, value, 1), of(2, value, 1));
        sealed("versions that descend", "TAMPERED", of(1, value, 2), of(2, destroyed, 1));
        sealed("version 0", "TAMPERED", of(1, value, 0));
        sealed("a version of the sign bit", "TAMPERED", of(1, value, Integer.MIN_VALUE));
        sealed("a destroyed value behind a mark", "OK", of(1, value, 1), of(2, deleted, 0), of(3, destroyed, 2));
        sealed("a value behind a mark", "OK OPENAI_KEY=v3", of(1, value, 1), of(2, deleted, 0), of(3, value, 2));
        sealed("a mark of no secret", "TAMPERED", of(1, deleted, 0));
        sealed("deleted twice", "TAMPERED", of(1, value, 1), of(2, deleted, 0), of(3, deleted, 0));
        sealed("undeleted, never deleted", "TAMPERED", of(1, value, 1), of(2, undeleted, 0));
        sealed("a mark with a version", "TAMPERED", of(1, value, 1), of(2, deleted, 1));
        sealed("a mark that is a canary", "TAMPERED", of(1, value, 1), canary(2, deleted, 0));
        sealed("a canary", "OK OPENAI_KEY=v1", canary(1, value, 1));
        try (ForgedVault forged = new ForgedVault(4)) {
            forged.add(of(1, value, 1), new byte[0]);
            add("a value of no bytes", "TAMPERED", forged.bytes());
        }
        try (ForgedVault forged = new ForgedVault(4)) {
            forged.add(of(5, value, 1), text("v"));
            add("the next sequence number taken", "TAMPERED", forged.bytes(0, 5));
            add("the highest counter", "OK OPENAI_KEY=v", forged.bytes(VaultLimits.MAX_COUNT - 2, 6));
            add("counters beyond the highest", "TAMPERED", forged.bytes(VaultLimits.MAX_COUNT, 6));
            add("the highest sequence number", "OK OPENAI_KEY=v", forged.bytes(0, VaultLimits.MAX_COUNT - 1));
            add("a sequence number beyond it", "TAMPERED", forged.bytes(0, VaultLimits.MAX_COUNT));
        }
        for (long generation : List.of(0L, VaultLimits.MAX_COUNT - 1, VaultLimits.MAX_COUNT)) {
            try (ForgedVault forged = new ForgedVault(4, 2, generation)) {
                String expect = generation == VaultLimits.MAX_COUNT - 1 ? "OK" : "TAMPERED";
                add("generation " + generation, expect, forged.bytes());
            }
        }
        try (ForgedVault forged = new ForgedVault(4, 2, 1)) {
            add("two slots of one number", "TAMPERED", digested(with(forged.bytes(), 40 + 80 + 1, 1)));
            add("a slot of number 0", "TAMPERED", digested(with(forged.bytes(), 40 + 80 + 1, 0)));
        }
    }

    private static SealedRecord.Head of(long sequence, SealedRecord.Kind kind, int version) {
        return new SealedRecord.Head(sequence, kind, false, version, 0, Vaults.KEY);
    }

    private static SealedRecord.Head canary(long sequence, SealedRecord.Kind kind, int version) {
        return new SealedRecord.Head(sequence, kind, true, version, 0, Vaults.KEY);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void sealed(String name, String expect, SealedRecord.Head... heads) throws IOException {
        try (ForgedVault forged = new ForgedVault(4)) {
            for (SealedRecord.Head head : heads) {
                forged.add(head, head.kind() == SealedRecord.Kind.VALUE ? text("v" + head.sequence()) : new byte[0]);
            }
            add("sealed so: " + name, expect, forged.bytes());
        }
    }

    private static byte[] twoSecrets() throws Exception {
        MemoryFiles files = new MemoryFiles();
        Vault vault = Vaults.create(files);
        Vaults.set(vault, Vaults.KEY, "first");
        Vaults.set(vault, Vaults.TOKEN, "other!");
        return files.bytes("vault");
    }

    private void add(String name, String expect, byte[] file) {
        add(name, expect, KEY, file);
    }

    private void add(String name, String expect, String credential, byte[] file) {
        vectors.add(new Vector(name, expect, credential, file));
    }

    private static byte[] with(byte[] file, int at, int value) {
        byte[] changed = file.clone();
        changed[at] = (byte) value;
        return changed;
    }

    private static byte[] flipped(byte[] file, int at) {
        return with(file, at, file[at] ^ 0x40);
    }

    private static byte[] digested(byte[] file) {
        byte[] changed = file.clone();
        byte[] digest = VaultCrypto.sha256(Arrays.copyOf(file, 4064));
        System.arraycopy(digest, 0, changed, 4064, digest.length);
        return changed;
    }

    private static byte[] appended(byte[] file, byte[] tail) {
        byte[] longer = Arrays.copyOf(file, file.length + tail.length);
        System.arraycopy(tail, 0, longer, file.length, tail.length);
        return longer;
    }

    private static byte[] holed(byte[] record) {
        byte[] holed = record.clone();
        Arrays.fill(holed, 0, 40, (byte) 0);
        return holed;
    }
}
