package dev.nullbox.ctxgraph.memory;

import java.util.List;

/**
 * Search query.
 *
 * @param text words that must all occur, or empty when the vector asks; a word in double quotes is a phrase, one that ends
 *     in {@code *} a prefix
 * @param vector an embedding whose nearest are wanted (by cosine), or empty
 * @param prefix the keys to search in begin with this; empty for all
 * @param max how many hits
 */
public record Query(String text, List<Float> vector, String prefix, int max) {
    public Query {
        vector = List.copyOf(vector);
    }

    /** The best hits for a text below a prefix. */
    public static Query of(String text, String prefix, int max) {
        return new Query(text, List.of(), prefix, max);
    }
}
