package dev.nullbox.ctxgraph.memory;

import java.util.List;

/**
 * Search query.
 *
 * @param text words that must all occur, or empty when the vector asks; a word in double quotes is a phrase, one that ends
 *     in {@code *} a prefix
 * @param vector embedding whose nearest neighbours are searched (by cosine), or empty
 * @param prefix prefix of the keys that are searched; empty for all
 * @param max most hits
 */
public record Query(String text, List<Float> vector, String prefix, int max) {
    public Query {
        vector = List.copyOf(vector);
    }

    /** A text search below a prefix. */
    public static Query of(String text, String prefix, int max) {
        return new Query(text, List.of(), prefix, max);
    }
}
