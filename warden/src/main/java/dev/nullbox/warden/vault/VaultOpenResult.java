package dev.nullbox.warden.vault;

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
     * @param code one of {@link #CLASSES}
     * @param message what is wrong, and what can be done; never a secret
     */
    record Refused(VaultCode code, String message) implements VaultOpenResult {
        /** All classes of failure, as docs/vault-format.md tells them apart. */
        public static final Set<VaultCode> CLASSES = Set.of(
                VaultCode.WRONG_KEY,
                VaultCode.NOT_A_VAULT,
                VaultCode.WRONG_VERSION,
                VaultCode.TRUNCATED,
                VaultCode.TRAILING_BYTES,
                VaultCode.SWAPPED,
                VaultCode.ROLLED_BACK,
                VaultCode.TAMPERED,
                VaultCode.TOO_LARGE);

        public Refused {
            if (!CLASSES.contains(code)) {
                throw new IllegalArgumentException(code + " is no class of failure to open a vault");
            }
        }

        Refused(VaultException why) {
            this(why.code(), why.getMessage());
        }
    }
}
