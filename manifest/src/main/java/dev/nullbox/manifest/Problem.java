package dev.nullbox.manifest;

/**
 * Fault in an AGENT.toml, with its remedy.
 *
 * @param fieldPath its place: {@code "capabilities.network.allow[2]"}, or {@code "line 7"} when the text is not TOML
 * @param problem the fault, in one line
 * @param remedy the remedy, in one line
 */
public record Problem(String fieldPath, String problem, String remedy) {
    private static final int MAX_PATH = 128;

    public Problem {
        fieldPath = fieldPath.length() > MAX_PATH ? fieldPath.substring(0, MAX_PATH) + "..." : fieldPath;
    }

    @Override
    public String toString() {
        return fieldPath + ": " + problem + "; " + remedy;
    }
}
