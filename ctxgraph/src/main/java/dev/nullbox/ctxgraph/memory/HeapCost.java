package dev.nullbox.ctxgraph.memory;

import dev.nullbox.rpc.Json;

/** Heap cost of JSON while it is worked on, at most: its copies as text, and its tree. */
public final class HeapCost {
    /** The bytes as they came, as characters, as strings of the tree, and in the canonical or the answered text. */
    private static final int COPIES = 6;

    /** An empty object with its place in a list, without compressed references; all other values take less. */
    private static final int VALUE_BYTES = 200;

    private HeapCost() {}

    /** Of a JSON text, which need not be well-formed. */
    public static long of(byte[] json) {
        return (long) json.length * COPIES + (long) Math.min(values(json), Json.MAX_VALUES) * VALUE_BYTES;
    }

    /** No fewer than there are: each is the first of its container, or follows a comma; or it is the only one. */
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
