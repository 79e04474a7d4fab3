package dev.nullbox.warden;

import java.nio.ByteBuffer;

/** An open vault's data key, the key of its commits, and its identity. */
final class VaultKeys implements AutoCloseable {
    private final byte[] vaultId;
    private final Secret data;
    private final Secret commit;

    /** Takes the data key over: it is wiped when this fails, for then nobody is left to do it. */
    VaultKeys(byte[] vaultId, Secret data) {
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

    Secret data() {
        return data;
    }

    Secret commit() {
        return commit;
    }

    byte[] vaultId() {
        return vaultId.clone();
    }

    /** What every sealed part is bound to: magic, format version, vault id; 26 bytes. */
    byte[] identity() {
        return identity(vaultId);
    }

    static byte[] identity(byte[] vaultId) {
        return ByteBuffer.allocate(VaultHeader.MAGIC_BYTES + 2 + vaultId.length)
                .put(VaultHeader.magic())
                .putShort((short) VaultHeader.VERSION)
                .put(vaultId)
                .array();
    }

    @Override
    public void close() {
        data.close();
        commit.close();
    }
}
