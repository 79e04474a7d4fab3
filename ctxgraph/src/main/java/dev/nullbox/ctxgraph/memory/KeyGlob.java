package dev.nullbox.ctxgraph.memory;

/**
 * The keys that an agent may read or write: one key, or all below a prefix, as {@code "team/research/*"}. {@code "*"} is
 * every key.
 */
public record KeyGlob(String text) {
    private static final String ALL = "*";
    private static final String BELOW = "/*";

    /**
     * @throws IllegalArgumentException when the text is neither a key nor a prefix that ends in {@code /*}
     */
    public KeyGlob {
        if (!text.equals(ALL)) {
            String stem = text.endsWith(BELOW) ? text.substring(0, text.length() - BELOW.length()) : text;
            try {
                MemoryKey.requirePath(stem);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "a pattern is a key, as \"ada/plan\", or a prefix and /*, as \"notes/*\"", e);
            }
        }
    }

    public boolean matches(MemoryKey key) {
        return switch (text) {
            case ALL -> true;
            default ->
                text.endsWith(BELOW)
                        ? key.text().startsWith(text.substring(0, text.length() - 1))
                        : key.text().equals(text);
        };
    }

    @Override
    public String toString() {
        return text;
    }
}
