package dev.nullbox.manifest;

/** How much harm a tool of the agent may do, least first. */
public enum ToolRisk implements Keyword {
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL
}
