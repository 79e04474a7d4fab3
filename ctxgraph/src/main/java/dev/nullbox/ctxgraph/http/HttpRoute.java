package dev.nullbox.ctxgraph.http;

import dev.nullbox.ctxgraph.admission.BufferBudget;
import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.memory.Principal;
import java.io.IOException;

/** Route of an agent's listener: its paths, and the state that belongs to them. */
public interface HttpRoute extends AutoCloseable {
    boolean serves(String path);

    /** Handles a call; false when its answer comes later, from a stream. */
    boolean handle(HttpRequestContext call) throws IOException;

    @Override
    default void close() {}

    /** Maker of the route for an agent's listener. */
    @FunctionalInterface
    interface Factory {
        HttpRoute open(Principal principal, MemoryMethods methods, BufferBudget.Quota quota, HttpStreams streams);
    }
}
