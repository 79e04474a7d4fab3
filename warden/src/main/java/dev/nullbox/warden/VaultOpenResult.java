package dev.nullbox.warden;

/** What came of opening a vault: the vault, or the one class of failure that fits. */
public sealed interface VaultOpenResult {
    /**
     * An open vault.
     *
     * @param slot the number of the key slot that opened it
     */
    record Opened(Vault vault, int slot) implements VaultOpenResult {}

    /** No vault was opened, and nothing was changed. */
    sealed interface Refused extends VaultOpenResult {
        /** The stable code. */
        VaultCode code();

        /** What is wrong, and what can be done; never a secret. */
        String message();
    }

    /** The passphrase or key is not this vault's. */
    record WrongKey() implements Refused {
        @Override
        public VaultCode code() {
            return VaultCode.WRONG_KEY;
        }

        @Override
        public String message() {
            return "no key slot of the vault belongs to this passphrase or key; give the right one";
        }
    }

    /** The file does not begin as a vault does. */
    record NotAVault() implements Refused {
        @Override
        public VaultCode code() {
            return VaultCode.NOT_A_VAULT;
        }

        @Override
        public String message() {
            return "the vault file is no vault; restore it from a backup";
        }
    }

    /**
     * A vault of another format.
     *
     * @param found its version
     */
    record WrongVersion(int found) implements Refused {
        @Override
        public VaultCode code() {
            return VaultCode.WRONG_VERSION;
        }

        @Override
        public String message() {
            return "the vault has format version " + found + ", this NullBox reads 2; boot the NullBox that wrote it";
        }
    }

    /**
     * The file ends early.
     *
     * @param expected bytes, or of the header when that is not whole
     * @param actual bytes
     */
    record Truncated(long expected, long actual) implements Refused {
        @Override
        public VaultCode code() {
            return VaultCode.TRUNCATED;
        }

        @Override
        public String message() {
            return "the vault has " + actual + " of " + expected + " bytes; restore it from a backup";
        }
    }

    /**
     * Something follows the vault's end.
     *
     * @param extra bytes
     */
    record TrailingBytes(long extra) implements Refused {
        @Override
        public VaultCode code() {
            return VaultCode.TRAILING_BYTES;
        }

        @Override
        public String message() {
            return extra + " bytes follow the vault's end; restore it from a backup";
        }
    }

    /** Records stand in each other's place. */
    record Swapped() implements Refused {
        @Override
        public VaultCode code() {
            return VaultCode.SWAPPED;
        }

        @Override
        public String message() {
            return "records of the vault stand in each other's place; restore it from a backup";
        }
    }

    /** All records are authentic, and one or more are not the ones that were acknowledged. */
    record RolledBack() implements Refused {
        @Override
        public VaultCode code() {
            return VaultCode.ROLLED_BACK;
        }

        @Override
        public String message() {
            return "an older record of the vault stands in a newer one's place; restore it from a backup";
        }
    }

    /**
     * The file was changed by something that does not have the key, or by a failing disk.
     *
     * @param where the part that shows it
     */
    record Tampered(String where) implements Refused {
        @Override
        public VaultCode code() {
            return VaultCode.TAMPERED;
        }

        @Override
        public String message() {
            return "the vault is not as it was written (" + where + "); restore it from a backup";
        }
    }

    /**
     * The file is longer than any vault.
     *
     * @param bytes its length
     */
    record TooLarge(long bytes) implements Refused {
        @Override
        public VaultCode code() {
            return VaultCode.TOO_LARGE;
        }

        @Override
        public String message() {
            return "the vault file has " + bytes + " bytes, a vault at most " + VaultLimits.MAX_FILE_BYTES
                    + "; restore it from a backup";
        }
    }
}
