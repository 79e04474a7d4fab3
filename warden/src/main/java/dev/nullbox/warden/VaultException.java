package dev.nullbox.warden;

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
