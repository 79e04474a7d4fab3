package dev.nullbox.ctxgraph.http;

import dev.nullbox.ctxgraph.admission.BufferBudget;
import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.memory.Principal;
import java.io.IOException;

/** Route of an agent's listener: its paths, and the state that belongs to them. */
public interface HttpRoute extends AutoCloseable {
    boolean serves(String path);

    /** Answers, at once or later; whether the call is over. */
    boolean handle(HttpRequestContext call) throws IOException;

    @Override
    default void close() {}

    /** A route of the door that an agent gets. */
    @FunctionalInterface
    interface Factory {
        HttpRoute open(Principal actor, MemoryMethods methods, BufferBudget.Quota quota, HttpStreams streams);
    }
}
