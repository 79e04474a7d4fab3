package dev.nullbox.ctxgraph;

/**
 * The name of a value in an agent's memory: segments of letters, digits, {@code . _ -}, parted by single slashes.
 *
 * @param text 1 to 256 characters, as {@code "notes/2026-11-22"}
 */
record MemoryKey(String text) {
    private static final int MAX_LENGTH = 256;

    /**
     * @throws IllegalArgumentException when the text is no key
     */
    MemoryKey {
        boolean segmentEmpty = true;
        boolean wellFormed = text.length() <= MAX_LENGTH;
        for (int i = 0; i < text.length() && wellFormed; i++) {
            char c = text.charAt(i);
            boolean slash = c == '/';
            wellFormed = slash ? !segmentEmpty : c == '.' || AgentName.allowed(c);
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
