package dev.nullbox.manifest;

/** Risk of harm by an agent's tool, least first. */
public enum ToolRisk implements Keyword {
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL
}
