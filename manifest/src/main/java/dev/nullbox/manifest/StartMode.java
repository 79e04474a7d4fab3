package dev.nullbox.manifest;

/** Who starts an agent. */
public enum StartMode {
    /** The appliance, at boot. */
    AUTO("auto"),
    /** The operator. */
    MANUAL("manual");

    private final String key;

    StartMode(String key) {
        this.key = key;
    }

    /** As written in AGENT.toml. */
    public String key() {
        return key;
    }
}
