package dev.nullbox.ctxgraph.memory;

import dev.nullbox.rpc.Json;

/** Upper bound of the heap that JSON takes while it is processed: its copies as text, and its tree. */
public final class HeapCost {
    /**
     * Copies of the text: the received bytes, characters, strings of the tree, and the canonical or the answered text.
     */
    private static final int COPIES = 6;

    /** Heap of an empty object and its entry in a list, without compressed references; all other values take less. */
    private static final int VALUE_BYTES = 200;

    private HeapCost() {}

    /** Cost of a JSON text, which need not be well-formed. */
    public static long of(byte[] json) {
        return (long) json.length * COPIES + (long) Math.min(values(json), Json.MAX_VALUES) * VALUE_BYTES;
    }

    /**
     * Number of values, at least the true one: each is the first of its container, follows a comma, or is the only one.
     */
    private static int values(byte[] json) {
        int values = 1;
        boolean inString = false;
        for (int i = 0; i < json.length; i++) {
            byte c = json[i];
            if (inString) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    inString = false;
                }
            } else if (c == '"') {
                inString = true;
            } else if (c == ',' || c == '[' || c == '{') {
                values++;
            }
        }
        return values;
    }
}
