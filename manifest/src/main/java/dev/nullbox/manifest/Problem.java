package dev.nullbox.manifest;

/**
 * A fault of an AGENT.toml.
 *
 * @param fieldPath where: {@code "capabilities.network.allow[2]"}, or {@code "line 7"} when the text is not TOML
 * @param problem what is wrong, one line
 * @param remedy what to do about it, one line
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
