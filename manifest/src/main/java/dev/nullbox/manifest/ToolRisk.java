package dev.nullbox.manifest;

/** How much harm a tool of the agent may do, least first. */
public enum ToolRisk {
    LOW("low"),
    MEDIUM("medium"),
    HIGH("high"),
    CRITICAL("critical");

    private final String key;

    ToolRisk(String key) {
        this.key = key;
    }

    /** As written in AGENT.toml. */
    public String key() {
        return key;
    }
}
