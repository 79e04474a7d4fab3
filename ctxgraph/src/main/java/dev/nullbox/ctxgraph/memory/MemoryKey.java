package dev.nullbox.ctxgraph.memory;

/**
 * The full name of a value: two or more segments of letters, digits, {@code . _ -}, parted by single slashes. The first
 * segment is the space: an agent's own one has its name, others are shared by grants.
 *
 * @param text 3 to 256 characters, as {@code "ada/notes/2026-11-22"}
 */
public record MemoryKey(String text) {
    public static final int MAX_LENGTH = 256;

    /**
     * @throws IllegalArgumentException when the text is no full key
     */
    public MemoryKey {
        requirePath(text);
        if (text.indexOf('/') < 0) {
            throw new IllegalArgumentException(
                    "a full key has two segments or more, as \"ada/plan\": the first is the space");
        }
    }

    /**
     * The key that an agent's text stands for: one of a single segment lies in the agent's own space.
     *
     * @throws IllegalArgumentException when the text is no key
     */
    static MemoryKey of(PrincipalName agent, String text) {
        requirePath(text);
        return new MemoryKey(text.indexOf('/') < 0 ? agent + "/" + text : text);
    }

    /**
     * Refuses a text that is not a sequence of valid segments.
     *
     * @throws IllegalArgumentException with what would be right
     */
    public static void requirePath(String text) {
        boolean segmentEmpty = true;
        boolean wellFormed = text.length() <= MAX_LENGTH;
        for (int i = 0; i < text.length() && wellFormed; i++) {
            char c = text.charAt(i);
            boolean slash = c == '/';
            wellFormed = slash ? !segmentEmpty : c == '.' || PrincipalName.allowed(c);
            segmentEmpty = slash;
        }
        if (!wellFormed || segmentEmpty) {
            throw new IllegalArgumentException("a key has 1 to " + MAX_LENGTH
                    + " letters, digits, '.', '_', '-', in segments parted by single '/'");
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
