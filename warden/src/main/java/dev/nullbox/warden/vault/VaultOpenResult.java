package dev.nullbox.warden.vault;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.rpc.RpcException;
import java.util.Set;

/** Outcome of opening a vault: the vault, or the one class of failure that fits. */
public sealed interface VaultOpenResult {
    /**
     * An open vault.
     *
     * @param slot the number of the key slot that opened it
     */
    record Opened(Vault vault, int slot) implements VaultOpenResult {}

    /**
     * No vault was opened, and nothing was changed.
     *
     * @param reason one of {@link #CLASSES}
     * @param message cause and remedy; never a secret
     */
    record Refused(VaultReason reason, String message) implements VaultOpenResult {
        /** All classes of failure, as docs/vault-format.md defines them. */
        public static final Set<VaultReason> CLASSES = Set.of(
                VaultReason.WRONG_KEY,
                VaultReason.NOT_A_VAULT,
                VaultReason.WRONG_VERSION,
                VaultReason.TRUNCATED,
                VaultReason.TRAILING_BYTES,
                VaultReason.SWAPPED,
                VaultReason.ROLLED_BACK,
                VaultReason.TAMPERED,
                VaultReason.TOO_LARGE);

        public Refused {
            if (!CLASSES.contains(reason)) {
                throw new IllegalArgumentException(reason + " is no class of failure to open a vault");
            }
        }

        Refused(RpcException why) {
            this(VaultReason.valueOf(why.detail()), why.getMessage());
        }
    }

    /** Tells whether an error is of one of these classes. */
    static boolean isRefused(RpcException error) {
        return Refused.CLASSES.stream().anyMatch(error::is);
    }

    /**
     * Failure of a vault file that was changed without the key, or by a failing disk.
     *
     * @param where the part that shows it
     */
    static RpcException tampered(String where) {
        return new RpcException(
                VaultReason.TAMPERED, "the vault is not as it was written (" + where + "); restore it from a backup");
    }

    /** Failure of a file that does not begin as a vault does. */
    static RpcException notAVault() {
        return new RpcException(VaultReason.NOT_A_VAULT, "the vault file is no vault; restore it from a backup");
    }

    /**
     * Failure of a vault file that ends early.
     *
     * @param expected bytes, or of the header when that is not whole
     * @param actual bytes
     */
    static RpcException truncated(long expected, long actual) {
        return new RpcException(
                VaultReason.TRUNCATED,
                "the vault has " + actual + " of " + expected + " bytes; restore it from a backup");
    }
}
