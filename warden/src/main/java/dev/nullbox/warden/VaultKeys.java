package dev.nullbox.warden;

import java.nio.ByteBuffer;

/** An open vault's data key, the key of its file's authentication code, and its identity. */
final class VaultKeys implements AutoCloseable {
    private final byte[] vaultId;
    private final Secret data;
    private final Secret file;

    /** Takes the data key over. */
    VaultKeys(byte[] vaultId, Secret data) {
        this.vaultId = vaultId.clone();
        this.data = data;
        this.file = VaultCrypto.derive(data, vaultId, "nullbox vault 1 file");
    }

    Secret data() {
        return data;
    }

    Secret file() {
        return file;
    }

    byte[] vaultId() {
        return vaultId.clone();
    }

    /** What every authenticated part is bound to: magic, format version, vault id. */
    byte[] identity() {
        return identity(vaultId);
    }

    static byte[] identity(byte[] vaultId) {
        return ByteBuffer.allocate(VaultCodec.MAGIC_BYTES + 2 + vaultId.length)
                .put(VaultCodec.magic())
                .putShort((short) VaultCodec.VERSION)
                .put(vaultId)
                .array();
    }

    @Override
    public void close() {
        data.close();
        file.close();
    }
}
