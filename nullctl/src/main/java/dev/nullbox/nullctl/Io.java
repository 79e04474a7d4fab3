package dev.nullbox.nullctl;

import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;

/**
 * What a command line program has round it.
 *
 * @param prompt asks a person at a terminal without showing what is typed; absent when there is none
 */
record Io(InputStream in, PrintWriter out, PrintWriter err, Map<String, String> environment, Optional<Prompt> prompt) {
    Io {
        environment = Map.copyOf(environment);
    }

    /** Asks a person. */
    @FunctionalInterface
    interface Prompt {
        /** What was typed, without the end of the line; absent at the end of input. */
        Optional<char[]> ask(String question);
    }
}
