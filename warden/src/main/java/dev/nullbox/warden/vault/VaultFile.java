package dev.nullbox.warden.vault;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Directory;
import dev.nullbox.warden.vault.crypto.Secret;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import dev.nullbox.warden.vault.crypto.VaultKeys;
import java.io.IOException;

/**
 * The file of an open vault: a header, two blocks for commits, and records, to which new ones are appended.
 *
 * <p>A record is on the disk before the commit that counts it is written, and the commit before the change is
 * acknowledged. So bytes beyond the commit were never acknowledged, and bytes missing before it were.
 */
final class VaultFile {
    static final String NAME = "vault";
    static final String NEW_NAME = "vault.new";

    private final Directory files;
    private VaultHeader header;
    private Commit commit;
    private boolean uncertain;

    VaultFile(Directory files, VaultHeader header, Commit commit) {
        this.files = files;
        this.header = header;
        this.commit = commit;
    }

    VaultHeader header() {
        return header;
    }

    Commit commit() {
        return commit;
    }

    /**
     * Tells whether a write has failed: the state of the disk is unknown, so that the next change must {@link #replace}
     * the file.
     */
    boolean isUncertain() {
        return uncertain;
    }

    /**
     * Appends a record; on return it outlives a power cut.
     *
     * @return its offset
     */
    long append(VaultKeys keys, SealedRecord record) throws IOException {
        long at = commit.length();
        Commit next = commit.next(record.length(), VaultCrypto.chain(commit.chain(), record.bytes()));
        uncertain = true;
        files.write(NAME, at, record.bytes());
        files.sync(NAME);
        files.write(NAME, next.position(), next.block(keys));
        files.sync(NAME);
        uncertain = false;
        commit = next;
        return at;
    }

    /**
     * The value of the version at a place.
     *
     * @throws RpcException when the place has another record now, or the record was changed
     */
    Secret open(VaultKeys keys, SecretName name, VaultIndex.Place place) throws RpcException, IOException {
        try {
            SealedRecord record = SealedRecord.parse(files.read(NAME, place.position(), place.length()));
            if (place.isAt(record)) {
                return record.open(keys).orElseThrow(() -> changed("record of " + name));
            }
        } catch (MalformedException e) {
            throw changed("record of " + name);
        }
        throw changed("record of " + name);
    }

    /** All acknowledged records. */
    VaultReader reader() {
        return new VaultReader(files, NAME, commit.length());
    }

    /**
     * Replaces this file by one that a writer has finished; on return it outlives a power cut. When the last step fails
     * the new file is in force all the same, and uncertain.
     */
    void replace(VaultHeader newHeader, Commit newCommit, Runnable done) throws IOException {
        files.rename(NEW_NAME, NAME);
        header = newHeader;
        commit = newCommit;
        uncertain = true;
        done.run();
        files.syncDirectory();
        uncertain = false;
    }

    static RpcException changed(String where) {
        return new RpcException(
                VaultReason.TAMPERED,
                "the vault changed on the disk while it was open (" + where + "); restore it from a backup");
    }

    static RpcException full() {
        return new RpcException(
                VaultReason.VAULT_FULL,
                "the vault may have " + VaultLimits.MAX_FILE_BYTES + " bytes; destroy secrets or versions first");
    }
}
