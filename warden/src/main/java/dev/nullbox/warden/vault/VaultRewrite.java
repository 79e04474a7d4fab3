package dev.nullbox.warden.vault;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.warden.vault.crypto.RandomSource;
import dev.nullbox.warden.vault.crypto.Secret;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import dev.nullbox.warden.vault.crypto.VaultKeys;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** Rewrite of a vault's records into a new file: all, or a selection, under the same keys or others. */
final class VaultRewrite {
    private final VaultKeys from;
    private final VaultKeys to;
    private final RandomSource random;
    private final VaultWriter writer;
    private final VaultIndex index = new VaultIndex();
    private long nextSequence;

    private VaultRewrite(VaultKeys from, VaultKeys to, RandomSource random, VaultWriter writer, long nextSequence) {
        this.from = from;
        this.to = to;
        this.random = random;
        this.writer = writer;
        this.nextSequence = nextSequence;
    }

    /** Begins a file of this name; it replaces the vault only when the caller renames it. */
    static VaultRewrite begin(
            VaultStore store, String name, VaultHeader header, VaultKeys from, VaultKeys to, VaultFile file)
            throws IOException {
        VaultWriter writer = new VaultWriter(store.files(), name, header, to);
        return new VaultRewrite(from, to, store.random(), writer, file.commit().nextSequence());
    }

    /** Treatment of a version when the file is rewritten. */
    enum Disposition {
        STAYS,
        DESTROYED,
        VANISHES
    }

    /** Choice of a version's treatment. */
    @FunctionalInterface
    interface RecordFilter {
        Disposition disposition(SealedRecord.Head version);
    }

    /**
     * Copies the file's versions.
     *
     * @param old the file's own index, which has the deleted names
     * @throws RpcException when the file was changed
     */
    void copy(VaultFile file, VaultIndex old, RecordFilter filter) throws IOException, RpcException {
        VaultReader reader = file.reader();
        byte[] chain = file.header().digest();
        try {
            for (Optional<SealedRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
                SealedRecord record = next.get();
                chain = VaultCrypto.chain(chain, record.bytes());
                copy(record, filter);
            }
        } catch (MalformedException e) {
            throw VaultFile.changed(e.where());
        }
        if (!Arrays.equals(chain, file.commit().chain())) {
            throw VaultFile.changed("order of records");
        }
        for (Map.Entry<SecretName, VaultIndex.Entry> entry : old.entries().entrySet()) {
            if (entry.getValue().isDeleted() && index.find(entry.getKey()).isPresent()) {
                mark(entry.getKey(), entry.getValue().newest().created());
            }
        }
    }

    private void copy(SealedRecord record, RecordFilter filter) throws IOException, RpcException {
        SealedRecord.Head head = record.head();
        if (head.version() == 0) {
            return;
        }
        switch (filter.disposition(head)) {
            case STAYS -> add(from == to ? record : sealAnew(record, head));
            case DESTROYED -> add(seal(with(head, SealedRecord.Kind.DESTROYED), Secret.owning(new byte[0])));
            case VANISHES -> {}
        }
    }

    private SealedRecord sealAnew(SealedRecord record, SealedRecord.Head head) throws IOException, RpcException {
        try (Secret value = record.open(from).orElseThrow(() -> VaultFile.changed("record " + head.sequence()))) {
            return seal(head, value);
        }
    }

    /** Adds a version, with a sequence number of its own. */
    void addVersion(SealedRecord.Head version, Secret value) throws IOException, RpcException {
        add(seal(
                new SealedRecord.Head(
                        nextSequence++,
                        version.kind(),
                        version.canary(),
                        version.version(),
                        version.created(),
                        version.name()),
                value));
    }

    /** Marks a secret as deleted. */
    void mark(SecretName name, long when) throws IOException, RpcException {
        SealedRecord.Head head = new SealedRecord.Head(nextSequence++, SealedRecord.Kind.DELETED, false, 0, when, name);
        add(seal(head, Secret.owning(new byte[0])));
    }

    /** Index of the new file. */
    VaultIndex index() {
        return index;
    }

    /** Completes the file; the caller renames it. */
    Commit finish() throws IOException {
        return writer.finish(nextSequence);
    }

    private SealedRecord seal(SealedRecord.Head head, Secret value) throws IOException {
        return SealedRecord.seal(to, random, head, value);
    }

    private void add(SealedRecord record) throws IOException, RpcException {
        try {
            index.add(record, writer.add(record));
        } catch (MalformedException e) {
            throw new RpcException(
                    VaultReason.VAULT_FULL, "the vault would hold more secrets or versions than it may; destroy some");
        }
    }

    private static SealedRecord.Head with(SealedRecord.Head head, SealedRecord.Kind kind) {
        return new SealedRecord.Head(head.sequence(), kind, head.canary(), head.version(), head.created(), head.name());
    }
}
