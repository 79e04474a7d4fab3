package dev.nullbox.warden.vault;

/** A request that the vault does not grant, by a stable code and a message that names what would be right. */
public final class VaultException extends Exception {
    private static final long serialVersionUID = 1L;

    private final VaultCode code;

    /**
     * @param message what was wrong and what would be right; never a value
     */
    public VaultException(VaultCode code, String message) {
        super(message);
        this.code = code;
    }

    /**
     * A vault file that was changed by something that does not have the key, or by a failing disk.
     *
     * @param where the part that shows it
     */
    static VaultException tampered(String where) {
        return new VaultException(
                VaultCode.TAMPERED, "the vault is not as it was written (" + where + "); restore it from a backup");
    }

    /** A file that does not begin as a vault does. */
    static VaultException notAVault() {
        return new VaultException(VaultCode.NOT_A_VAULT, "the vault file is no vault; restore it from a backup");
    }

    /**
     * A vault file that ends early.
     *
     * @param expected bytes, or of the header when that is not whole
     * @param actual bytes
     */
    static VaultException truncated(long expected, long actual) {
        return new VaultException(
                VaultCode.TRUNCATED,
                "the vault has " + actual + " of " + expected + " bytes; restore it from a backup");
    }

    /** The stable code. */
    public VaultCode code() {
        return code;
    }

    /** The message, which is never absent here. */
    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? "" : message;
    }
}
