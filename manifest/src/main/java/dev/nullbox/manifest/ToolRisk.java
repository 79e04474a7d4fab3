package dev.nullbox.manifest;

/** The harm that a tool of the agent may do, least first. */
public enum ToolRisk implements Keyword {
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL
}
