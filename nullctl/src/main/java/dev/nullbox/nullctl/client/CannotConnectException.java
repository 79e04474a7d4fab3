package dev.nullbox.nullctl.client;

/** Failure of the connection to the appliance: address if there is one, cause and remedy. */
public final class CannotConnectException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    CannotConnectException(Address address, String cause, String remedy) {
        super("cannot talk to the appliance at " + address + ": " + cause);
        this.remedy = remedy;
    }

    /** Failure before there is an address. */
    public CannotConnectException(String cause, String remedy) {
        super("cannot talk to an appliance: " + cause);
        this.remedy = remedy;
    }

    public String remedy() {
        return remedy;
    }
}
