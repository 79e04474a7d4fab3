package dev.nullbox.warden.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.protocol.id.Text;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Directory;
import dev.nullbox.warden.vault.crypto.Argon2Cost;
import dev.nullbox.warden.vault.crypto.Secret;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import dev.nullbox.warden.vault.crypto.VaultKeys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each bound of {@link VaultLimits}: what reaches it is taken, and what passes it is refused and changes nothing. */
class VaultLimitsTest {
    private static final int SECRETS = VaultLimits.MAX_SECRETS;
    private static final int VERSIONS = VaultLimits.MAX_VERSIONS;
    private static final int ALL_VERSIONS = VaultLimits.MAX_ALL_VERSIONS;
    private static final int FULL = ALL_VERSIONS / VERSIONS;
    private static final int VALUE = VaultContract.MAX_VALUE_BYTES;
    private static final SecretName NEW = new SecretName("new");
    private static final SecretName NEWER = new SecretName("newer");
    private static final SecretName NEWEST = new SecretName("newest");

    private final MemoryFiles files = new MemoryFiles();
    private final VaultStore store = Vaults.store(files, 3);

    @TempDir
    private Path directory = Path.of("");

    @Test
    void secrets() throws Exception {
        Vault vault = opened(forged(SECRETS - 2, 1));
        offer(NEW, NEWER, NEWEST);
        refused(vault, () -> take(vault, false), VaultReason.VAULT_FULL);
        offer(NEW);
        assertThat(take(vault, false).secrets()).isEqualTo(1);
        Vaults.set(vault, NEWER, "the last");
        refused(vault, () -> Vaults.set(vault, NEWEST, "one more"), VaultReason.TOO_MANY_SECRETS);
        assertThat(Vaults.set(vault, NEW, "a version").version()).isEqualTo(2);
        assertThat(Vaults.open(files).size().secrets()).isEqualTo(SECRETS);
        tampered(forged(SECRETS + 1, 1), "number of secrets");
    }

    @Test
    void versionsOfASecretByTheDoor() throws Exception {
        Vault vault = opened(forged(1, VERSIONS - 1));
        assertThat(Vaults.set(vault, name(0), "the last").version()).isEqualTo(VERSIONS);
        refused(vault, () -> Vaults.set(vault, name(0), "one more"), VaultReason.TOO_MANY_VERSIONS);
        assertThat(Vaults.set(vault, NEW, "another secret").version()).isEqualTo(1);
        assertThat(Vaults.open(files).history(name(0))).hasSize(VERSIONS);
    }

    @Test
    void versionsOfASecretByAnImport() throws Exception {
        Vault vault = opened(forged(1, VERSIONS - 1));
        offer(name(0));
        assertThat(take(vault, true).versions()).isEqualTo(1);
        assertThat(vault.history(name(0))).hasSize(VERSIONS);
        offer(name(0));
        refused(vault, () -> take(vault, true), VaultReason.TOO_MANY_VERSIONS);
    }

    @Test
    void versionsOfASecretInAFile() throws Exception {
        assertThat(opened(forged(1, VERSIONS)).size().versions()).isEqualTo(VERSIONS);
        tampered(forged(1, VERSIONS + 1), "number of versions");
    }

    @Test
    void allVersions() throws Exception {
        Vault vault = opened(forged(FULL - 1, VERSIONS, VERSIONS - 2));
        offer(NEW, NEWER, NEWEST);
        refused(vault, () -> take(vault, false), VaultReason.VAULT_FULL);
        offer(NEW);
        assertThat(take(vault, false).versions()).isEqualTo(1);
        Vaults.set(vault, NEW, "the last");
        refused(vault, () -> Vaults.set(vault, NEW, "one more"), VaultReason.TOO_MANY_VERSIONS);
        refused(vault, () -> Vaults.set(vault, NEWER, "one more"), VaultReason.TOO_MANY_VERSIONS);
        assertThat(Vaults.open(files).size().versions()).isEqualTo(ALL_VERSIONS);
        tampered(forged(FULL, VERSIONS, 1), "number of versions");
    }

    @Test
    void marksInAFile() throws Exception {
        assertThat(opened(marked(VaultLimits.MAX_MARKS)).size().versions()).isEqualTo(1);
        tampered(marked(VaultLimits.MAX_MARKS + 1), "number of marks");
    }

    @Test
    void bytesOfAValueByTheDoor() throws Exception {
        Vault vault = Vaults.create(files);
        vault.set(NEW, Secret.owning(new byte[VALUE]), false);
        refused(vault, () -> vault.set(NEWER, Secret.owning(new byte[VALUE + 1]), false), VaultReason.VALUE_TOO_LARGE);
        refused(vault, () -> vault.set(NEWER, Secret.owning(new byte[0]), false), VaultReason.VALUE_EMPTY);
        assertThat(Vaults.open(files).get(NEW, Optional.empty()).value().length())
                .isEqualTo(VALUE);
    }

    @Test
    void bytesOfAValueByAnImport() throws Exception {
        Vault vault = Vaults.create(files);
        Vaults.set(vault, Vaults.KEY, "ours");
        for (SecretName name : List.of(new SecretName("n"), new SecretName("n".repeat(Text.MAX_IDENTIFIER)))) {
            files.put("vault.transfer", valued(name, VALUE));
            assertThat(take(vault, false).versions()).isEqualTo(1);
            assertThat(vault.get(name, Optional.empty()).value().length()).isEqualTo(VALUE);
            for (int bytes : List.of(0, VALUE + 1)) {
                files.put("vault.transfer", valued(name, bytes));
                refused(vault, () -> take(vault, true), VaultReason.TAMPERED);
            }
        }
    }

    @Test
    void bytesOfAValueInAFile() throws Exception {
        for (SecretName name : List.of(new SecretName("n"), new SecretName("n".repeat(Text.MAX_IDENTIFIER)))) {
            Vault vault = opened(valued(name, VALUE));
            assertThat(vault.get(name, Optional.empty()).value().length()).isEqualTo(VALUE);
            tampered(valued(name, VALUE + 1), "record");
            tampered(valued(name, 0), "record");
        }
    }

    @Test
    void keySlots() throws Exception {
        Vault vault = opened(slotted(VaultLimits.MAX_SLOTS));
        assertThat(vault.header().slots()).hasSize(VaultLimits.MAX_SLOTS);
        tampered(slotted(VaultLimits.MAX_SLOTS + 1), "number of key slots");
        tampered(slotted(0), "number of key slots");
        files.put("vault", slotted(VaultLimits.MAX_SLOTS - 1));
        VaultManager manager = VaultManager.of(store, () -> 0);
        manager.unseal(Vaults.key());
        manager.rekey(Vaults.key(), Vaults.passphrase(), true, false, VaultAction::run);
        assertThat(manager.slots()).hasSize(VaultLimits.MAX_SLOTS);
        refused(
                manager.vault(),
                () -> manager.rekey(Vaults.key(), Vaults.passphrase(), true, false, VaultAction::run),
                VaultReason.SLOTS_FULL);
        manager.rekey(Vaults.key(), Vaults.passphrase(), false, false, VaultAction::run);
        assertThat(manager.slots()).hasSize(VaultLimits.MAX_SLOTS);
    }

    /** Once a file with the highest generation was opened, and ended in an ArithmeticException when it was written anew. */
    @Test
    void countersGenerationsAndSequenceNumbers() throws Exception {
        long most = VaultLimits.MAX_COUNT;
        try (ForgedVault forged = new ForgedVault(1, 1, most - 2)) {
            forged.add(most - 3, SealedRecord.Kind.VALUE, 1, Vaults.KEY, new byte[] {'v'});
            byte[] file = forged.bytes(most - 4, most - 2);
            Vault vault = opened(file);
            Vaults.set(vault, Vaults.KEY, "one");
            vault.destroy(Vaults.KEY, Optional.of(1));
            assertThat(Vaults.value(Vaults.open(files), Vaults.KEY)).isEqualTo("one");
            tampered(forged.bytes(most - 1, most - 2), "commits");
            tampered(forged.bytes(-2, most - 2), "commits");
            tampered(forged.bytes(0, most), "commits");
            tampered(forged.bytes(0, 0), "commits");
            tampered(forged.bytes(0, most - 3), "commits");
        }
        for (long generation : List.of(most, Long.MAX_VALUE, 0L, -1L)) {
            try (ForgedVault forged = new ForgedVault(1, 1, generation)) {
                tampered(forged.bytes(), "generation");
            }
        }
    }

    /** One file of the greatest length, which takes most of the time here: each look at it hashes it all. */
    @Test
    void bytesOfTheFile() throws Exception {
        Directory disk = Directory.at(directory);
        VaultStore there = new VaultStore(disk, Vaults.random(4), InstantSource.system(), new Argon2Cost(1, 32, 4));
        Path file = directory.resolve("vault");
        Path imported = directory.resolve("vault.transfer");
        try (Vault vault = filled(there)) {
            int room = (int) (VaultLimits.MAX_FILE_BYTES - vault.size().bytes()) - recordBytes(NEW);
            refusedOnDisk(vault, () -> vault.set(NEW, value(room + 1), false));
            assertThat(vault.set(NEW, value(room), false).version()).isEqualTo(1);
            refusedOnDisk(vault, () -> Vaults.set(vault, NEWER, "v"));
            refusedOnDisk(vault, () -> vault.delete(NEW));
            Files.write(imported, offered(NEWER));
            refusedOnDisk(vault, () -> vault.importFrom(there.openForImport("vault.transfer", Vaults.key()), false));
        }
        assertThat(Files.size(file)).isEqualTo(VaultLimits.MAX_FILE_BYTES);
        try (Vault vault = opened(there)) {
            assertThat(vault.destroy(name(0), Optional.empty())).isEqualTo(1);
            assertThat(Vaults.set(vault, NEWER, "v").version()).isEqualTo(1);
        }
        for (Path longer : List.of(file, imported)) {
            Files.write(longer, disk.read("vault", 0, VaultHeader.RECORDS_AT));
            try (FileChannel channel = FileChannel.open(longer, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.allocate(1), VaultLimits.MAX_FILE_BYTES);
            }
        }
        assertThat(there.open(Vaults.key()))
                .isEqualTo(new VaultOpenResult.Refused(
                        VaultReason.TOO_LARGE,
                        "the vault file has " + (VaultLimits.MAX_FILE_BYTES + 1) + " bytes, a vault at most "
                                + VaultLimits.MAX_FILE_BYTES + "; restore it from a backup"));
        Vaults.refused(() -> there.openForImport("vault.transfer", Vaults.key()), VaultReason.TOO_LARGE);
        assertThat(Files.size(file)).isEqualTo(VaultLimits.MAX_FILE_BYTES + 1);
    }

    /** A vault with room for less than one more of the largest records. */
    private static Vault filled(VaultStore store) throws IOException, RpcException {
        VaultKeys keys = new VaultKeys(new byte[VaultHeader.VAULT_ID_BYTES], value(VaultCrypto.KEY_BYTES));
        VaultHeader header = new VaultHeader(keys.vaultId(), 1, List.of(store.wrap(Vaults.key(), 1, keys)));
        VaultWriter writer = new VaultWriter(store.files(), VaultFile.NAME, header, keys);
        VaultIndex index = new VaultIndex();
        long length = VaultHeader.RECORDS_AT;
        for (int i = 0; length + SealedRecord.MAX_BYTES <= VaultLimits.MAX_FILE_BYTES; i++) {
            SealedRecord.Head head = new SealedRecord.Head(i + 1, SealedRecord.Kind.VALUE, false, 1, 0, name(i));
            SealedRecord record = ForgedVault.hollowRecord(head, VALUE);
            add(index, record, writer.add(record));
            length += record.length();
        }
        SealedRecord.Head head = new SealedRecord.Head(1 << 20, SealedRecord.Kind.VALUE, false, 1, 0, NEW);
        int room = (int) (VaultLimits.MAX_FILE_BYTES - length) - recordBytes(NEW);
        Vaults.refused(() -> writer.add(ForgedVault.hollowRecord(head, room + 1)), VaultReason.VAULT_FULL);
        return new Vault(store, keys, new VaultFile(store.files(), header, writer.finish(1)), index);
    }

    private static void add(VaultIndex index, SealedRecord record, long position) {
        try {
            index.add(record, position);
        } catch (MalformedException e) {
            throw new AssertionError(e);
        }
    }

    private static int recordBytes(SecretName name) {
        return SealedRecord.MIN_BYTES - 1 + name.value().length();
    }

    private static Secret value(int bytes) {
        return Secret.owning(new byte[bytes]);
    }

    private static SecretName name(int i) {
        return new SecretName("n" + i);
    }

    /** A file of so many secrets, each with so many versions; and one secret more with others. */
    private static byte[] forged(int secrets, int versions, int... more) throws IOException {
        try (ForgedVault forged = new ForgedVault(1)) {
            long sequence = 0;
            for (int i = 0; i < secrets + more.length; i++) {
                int each = i < secrets ? versions : more[i - secrets];
                for (int version = 1; version <= each; version++) {
                    forged.addHollow(
                            new SealedRecord.Head(++sequence, SealedRecord.Kind.VALUE, false, version, 0, name(i)), 1);
                }
            }
            return forged.bytes();
        }
    }

    private static byte[] marked(int marks) throws IOException {
        try (ForgedVault forged = new ForgedVault(1)) {
            forged.add(1, SealedRecord.Kind.VALUE, 1, Vaults.KEY, new byte[] {'v'});
            for (int i = 0; i < marks; i++) {
                SealedRecord.Kind kind = i % 2 == 0 ? SealedRecord.Kind.DELETED : SealedRecord.Kind.UNDELETED;
                forged.addHollow(new SealedRecord.Head(2 + i, kind, false, 0, 0, Vaults.KEY), 0);
            }
            return forged.bytes();
        }
    }

    private static byte[] valued(SecretName name, int bytes) throws IOException {
        try (ForgedVault forged = new ForgedVault(1)) {
            forged.add(1, SealedRecord.Kind.VALUE, 1, name, new byte[bytes]);
            return forged.bytes();
        }
    }

    private static byte[] slotted(int slots) throws IOException {
        try (ForgedVault forged = new ForgedVault(1, slots, 1)) {
            return forged.bytes();
        }
    }

    /** A file of these secrets to import, each with a value. */
    private static byte[] offered(SecretName... names) throws IOException {
        try (ForgedVault forged = new ForgedVault(1)) {
            for (int i = 0; i < names.length; i++) {
                byte[] value = Vaults.secret("value of " + names[i]).bytes();
                forged.add(i + 1, SealedRecord.Kind.VALUE, 1, names[i], value);
            }
            return forged.bytes();
        }
    }

    private void offer(SecretName... names) throws IOException {
        files.put("vault.transfer", offered(names));
    }

    private Vault.Size take(Vault vault, boolean overwrite) throws RpcException, IOException {
        return vault.importFrom(store.openForImport("vault.transfer", Vaults.key()), overwrite);
    }

    private Vault opened(byte[] file) throws IOException {
        files.put("vault", file);
        return opened(store);
    }

    private static Vault opened(VaultStore store) throws IOException {
        if (store.open(Vaults.key()) instanceof VaultOpenResult.Opened(Vault vault, int _)) {
            return vault;
        }
        throw new AssertionError("the vault does not open: " + store.open(Vaults.key()));
    }

    /** Neither opened nor imported, and the file stays. */
    private void tampered(byte[] file, String where) throws IOException {
        files.put("vault", file);
        assertThat(store.open(Vaults.key())).isInstanceOfSatisfying(VaultOpenResult.Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(VaultReason.TAMPERED);
            assertThat(refused.message()).startsWith("the vault is not as it was written (" + where);
        });
        Vaults.refused(() -> store.openForImport("vault", Vaults.key()), VaultReason.TAMPERED);
        assertThat(Arrays.equals(files.bytes("vault"), file)).isTrue();
    }

    private void refused(Vault vault, ThrowingCallable question, VaultReason code) throws IOException {
        byte[] file = files.bytes("vault");
        Vault.Size size = vault.size();
        Vaults.refused(question, code);
        assertThat(vault.size()).isEqualTo(size);
        assertThat(Arrays.equals(files.bytes("vault"), file)).isTrue();
    }

    private static void refusedOnDisk(Vault vault, ThrowingCallable question) {
        Vault.Size size = vault.size();
        Vaults.refused(question, VaultReason.VAULT_FULL);
        assertThat(vault.size()).isEqualTo(size);
    }
}
