package dev.nullbox.nulld.linux;

/** Failure that ends a boot: its cause and the remedy, for the person at the console. */
public final class BootException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    /**
     * @param cause what is wrong, with the name of the object
     * @param remedy the remedy
     */
    public BootException(String cause, String remedy) {
        super(cause);
        this.remedy = remedy;
    }

    /** The remedy. */
    public String remedy() {
        return remedy;
    }

    /** The cause, never absent here. */
    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? "" : message;
    }
}
