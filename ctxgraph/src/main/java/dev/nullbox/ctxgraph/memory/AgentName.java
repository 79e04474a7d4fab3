package dev.nullbox.ctxgraph.memory;

/**
 * The name of an agent, as AGENT.toml allows it: letters, digits, {@code _} and {@code -}.
 *
 * @param text 1 to 64 characters
 */
public record AgentName(String text) {
    private static final int MAX_LENGTH = 64;

    /**
     * @throws IllegalArgumentException when the text is no agent's name
     */
    public AgentName {
        if (text.isEmpty() || text.length() > MAX_LENGTH || !text.chars().allMatch(AgentName::allowed)) {
            throw new IllegalArgumentException(
                    "an agent's name has 1 to " + MAX_LENGTH + " letters, digits, '_' and '-'");
        }
    }

    public static boolean allowed(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    }

    @Override
    public String toString() {
        return text;
    }
}
