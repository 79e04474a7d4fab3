package dev.nullbox.warden.vault;

import dev.nullbox.warden.vault.crypto.Credential;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The export or import under way: one at a time, piece by piece, because a vault is longer than a message. For any
 * thread.
 */
public final class Transfers {
    /** Bytes of one piece: in base 64 it fits one message. */
    public static final int PIECE_BYTES = 512 * 1024;

    public static final String EXPORT = "vault.export";
    static final String IMPORT = "vault.import";

    private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final VaultKeeper keeper;
    private final LongSupplier nanos;
    private Optional<Transfer> running = Optional.empty();

    /**
     * @param id which transfer
     * @param file {@link #EXPORT} or {@link #IMPORT}
     * @param bytes how long the file is or will be
     * @param position where the next piece begins
     */
    private record Transfer(String id, String file, long bytes, long position, long usedAt) {}

    /** A transfer that has begun. */
    public record Begun(String id, long bytes) {}

    /** A piece of an exported file. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Piece(byte[] data, long next, boolean done) {}

    public Transfers(VaultKeeper keeper, LongSupplier nanos) {
        this.keeper = keeper;
        this.nanos = nanos;
    }

    /** Removes what an earlier warden may have left behind. */
    public synchronized void clear() throws IOException {
        running = Optional.empty();
        keeper.store().files().delete(EXPORT);
        keeper.store().files().delete(IMPORT);
    }

    /** What has to be done before a file of so many bytes leaves, or it does not. */
    @FunctionalInterface
    public interface Gate {
        void pass(long bytes) throws VaultException;
    }

    /** Writes the file to be exported, which the credential will open. */
    public synchronized Begun beginExport(Credential credential, Gate gate) throws VaultException, IOException {
        Vault vault = keeper.vault();
        clear();
        long bytes = vault.export(EXPORT, credential);
        return keeper.store().orDiscard(EXPORT, () -> {
            gate.pass(bytes);
            return begin(EXPORT, bytes);
        });
    }

    /** The next piece; after the last one the transfer is over. */
    public synchronized Piece export(String id, long offset) throws VaultException, IOException {
        keeper.vault();
        Transfer transfer = at(id, EXPORT, offset);
        int length = (int) Math.min(PIECE_BYTES, transfer.bytes() - offset);
        byte[] data = keeper.store().files().read(EXPORT, offset, length);
        boolean done = offset + length == transfer.bytes();
        if (done) {
            clear();
        } else {
            moveTo(transfer, offset + length);
        }
        return new Piece(data, offset + length, done);
    }

    /** Makes room for a file to be imported. */
    public synchronized Begun beginImport(long bytes) throws VaultException, IOException {
        keeper.vault();
        clear();
        keeper.store().files().create(IMPORT);
        return begin(IMPORT, bytes);
    }

    /** Takes the next piece, and says where the one after it begins. */
    public synchronized long take(String id, long offset, byte[] data) throws VaultException, IOException {
        keeper.vault();
        Transfer transfer = at(id, IMPORT, offset);
        if (data.length == 0 || data.length > PIECE_BYTES || offset + data.length > transfer.bytes()) {
            throw new VaultException(
                    VaultCode.TRANSFER_OFFSET,
                    "the piece has " + data.length + " bytes; 1 to " + Math.min(PIECE_BYTES, transfer.bytes() - offset)
                            + " would be right");
        }
        keeper.store().files().write(IMPORT, offset, data);
        moveTo(transfer, offset + data.length);
        return offset + data.length;
    }

    /** Adds what the imported file holds to the vault, all or nothing; the transfer is over. */
    public synchronized Vault.Size finishImport(
            String id, Credential credential, boolean overwrite, VaultAction.Around<Vault.Size> around)
            throws VaultException, IOException {
        Vault vault = keeper.vault();
        Transfer transfer = find(id, IMPORT);
        at(id, IMPORT, transfer.bytes());
        running = Optional.empty();
        try (VaultImport other = keeper.store().openForImport(IMPORT, credential)) {
            return around.run(() -> vault.importFrom(other, overwrite));
        } finally {
            keeper.store().discard(IMPORT);
        }
    }

    private Begun begin(String file, long bytes) throws IOException {
        String id = HexFormat.of().formatHex(keeper.store().random().bytes(8));
        running = Optional.of(new Transfer(id, file, bytes, 0, nanos.getAsLong()));
        return new Begun(id, bytes);
    }

    private void moveTo(Transfer transfer, long position) {
        running = Optional.of(
                new Transfer(transfer.id(), transfer.file(), transfer.bytes(), position, nanos.getAsLong()));
    }

    private Transfer at(String id, String file, long offset) throws VaultException, IOException {
        Transfer transfer = find(id, file);
        if (offset != transfer.position()) {
            throw new VaultException(
                    VaultCode.TRANSFER_OFFSET,
                    "the next piece begins at byte " + transfer.position() + " of " + transfer.bytes());
        }
        return transfer;
    }

    private Transfer find(String id, String file) throws VaultException, IOException {
        if (running.isPresent() && nanos.getAsLong() - running.get().usedAt() > IDLE_NANOS) {
            clear();
        }
        return running.filter(one -> one.id().equals(id) && one.file().equals(file))
                .orElseThrow(() ->
                        new VaultException(VaultCode.TRANSFER_UNKNOWN, "no such transfer is under way; begin anew"));
    }
}
