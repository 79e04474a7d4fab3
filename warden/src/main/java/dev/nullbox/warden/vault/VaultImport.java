package dev.nullbox.warden.vault;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.warden.vault.crypto.Secret;
import dev.nullbox.warden.vault.crypto.VaultKeys;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** Another vault's file, opened to import its secrets. */
final class VaultImport implements AutoCloseable {
    private final VaultReader reader;
    private final VaultKeys keys;
    private final VaultIndex index;

    /** Takes the keys over. */
    VaultImport(VaultReader reader, VaultKeys keys, VaultIndex index) {
        this.reader = reader;
        this.keys = keys;
        this.index = index;
    }

    /**
     * Adds its secrets to the file that is being written.
     *
     * @param ours index of that file before
     * @return number of secrets
     * @throws RpcException when a name exists and may not be overwritten
     */
    int addTo(VaultRewrite target, VaultIndex ours, boolean overwrite) throws RpcException, IOException {
        refuseTaken(ours, overwrite);
        int secrets = 0;
        try {
            for (Optional<SealedRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
                SealedRecord.Head head = next.get().head();
                Optional<SealedRecord.Head> as = head.version() == 0 ? Optional.empty() : as(head, ours);
                if (as.isPresent()) {
                    add(target, next.get(), as.get());
                    // If any version of a secret is added, its newest one is.
                    secrets += head.version() == theirs(head).newest().version() ? 1 : 0;
                }
            }
        } catch (MalformedException e) {
            throw VaultFile.changed(e.where());
        }
        for (Map.Entry<SecretName, VaultIndex.Entry> entry : index.entries().entrySet()) {
            if (entry.getValue().isDeleted() && ours.find(entry.getKey()).isEmpty()) {
                target.mark(entry.getKey(), entry.getValue().newest().created());
            }
        }
        return secrets;
    }

    private void refuseTaken(VaultIndex ours, boolean overwrite) throws RpcException {
        for (Map.Entry<SecretName, VaultIndex.Entry> theirs : index.entries().entrySet()) {
            SecretName name = theirs.getKey();
            Optional<VaultIndex.Entry> taken = ours.find(name);
            if (!overwrite && taken.isPresent()) {
                throw new RpcException(
                        VaultReason.SECRET_EXISTS,
                        "there is a secret " + name + " already; import with overwrite to give it a next version");
            }
            if (taken.filter(VaultIndex.Entry::isCanary).isPresent()
                    && !theirs.getValue().isCanary()) {
                throw new RpcException(
                        VaultReason.CANARY,
                        name + " is a canary here and none in the file; destroy it first to make it a secret");
            }
        }
    }

    /**
     * Record of a version in this vault: the same where the name is new, otherwise the newest as the next version, and
     * none for older ones.
     */
    private Optional<SealedRecord.Head> as(SealedRecord.Head head, VaultIndex ours) throws RpcException {
        if (ours.find(head.name()).isEmpty()) {
            return Optional.of(head);
        }
        VaultIndex.Entry theirs = theirs(head);
        boolean newest = head.version() == theirs.newest().version();
        if (!newest || theirs.isDeleted() || head.kind() == SealedRecord.Kind.DESTROYED) {
            return Optional.empty();
        }
        return Optional.of(new SealedRecord.Head(
                head.sequence(),
                head.kind(),
                theirs.isCanary(),
                ours.nextVersion(head.name()),
                head.created(),
                head.name()));
    }

    private VaultIndex.Entry theirs(SealedRecord.Head head) {
        return index.find(head.name()).orElseThrow();
    }

    private void add(VaultRewrite target, SealedRecord record, SealedRecord.Head as) throws RpcException, IOException {
        try (Secret value = record.open(keys).orElseThrow(() -> VaultFile.changed("record " + as.sequence()))) {
            target.addVersion(as, value);
        }
    }

    @Override
    public void close() {
        keys.close();
    }
}
