package dev.nullbox.ctxgraph.memory;

import dev.nullbox.protocol.Fields;

/**
 * Name of a principal: an agent's or the operator's, of letters, digits, {@code _} and {@code -}. Wider than the rule
 * of AGENT.toml, so that entries stored under an older rule stay readable.
 *
 * @param text 1 to 64 characters
 */
public record PrincipalName(String text) {
    private static final int MAX_LENGTH = Fields.MAX_STORED_AGENT_NAME;

    /**
     * @throws IllegalArgumentException when the text is no agent's name
     */
    public PrincipalName {
        if (text.isEmpty() || text.length() > MAX_LENGTH || !text.chars().allMatch(PrincipalName::allowed)) {
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
