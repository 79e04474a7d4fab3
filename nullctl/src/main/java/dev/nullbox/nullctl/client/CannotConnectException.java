package dev.nullbox.nullctl.client;

/** Failure of the connection to the appliance: address, cause and remedy. */
public final class CannotConnectException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    CannotConnectException(Address address, String cause, String remedy) {
        super("cannot talk to the appliance at " + address + ": " + cause);
        this.remedy = remedy;
    }

    public String remedy() {
        return remedy;
    }
}
