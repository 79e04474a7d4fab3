package dev.nullbox.warden.vault.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** An open vault's data key, the key of its commits, and its identity. */
public final class VaultKeys implements AutoCloseable {
    public static final int VERSION = 2;
    public static final int MAGIC_BYTES = 8;

    private final byte[] vaultId;
    private final Secret data;
    private final Secret commit;

    /** Takes the data key over; wipes it when this fails, as the caller no longer owns it. */
    public VaultKeys(byte[] vaultId, Secret data) {
        boolean taken = false;
        try {
            this.vaultId = vaultId.clone();
            this.data = data;
            this.commit = VaultCrypto.derive(data, vaultId, "nullbox vault 2 commit");
            taken = true;
        } finally {
            if (!taken) {
                data.close();
            }
        }
    }

    public Secret data() {
        return data;
    }

    public Secret commit() {
        return commit;
    }

    public byte[] vaultId() {
        return vaultId.clone();
    }

    /** First bytes of a vault's file. */
    public static byte[] magic() {
        return "NBVAULT\n".getBytes(StandardCharsets.US_ASCII);
    }

    /** Binding of every sealed part: magic, format version, vault id; 26 bytes. */
    public byte[] identity() {
        return identity(vaultId);
    }

    public static byte[] identity(byte[] vaultId) {
        return ByteBuffer.allocate(MAGIC_BYTES + 2 + vaultId.length)
                .put(magic())
                .putShort((short) VERSION)
                .put(vaultId)
                .array();
    }

    @Override
    public void close() {
        data.close();
        commit.close();
    }
}
