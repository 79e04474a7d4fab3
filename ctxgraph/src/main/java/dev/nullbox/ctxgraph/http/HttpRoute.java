package dev.nullbox.ctxgraph.http;

import dev.nullbox.ctxgraph.admission.HttpPlaces;
import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.memory.Actor;
import java.io.IOException;

/** One of the paths of an agent's door, and all that the door holds for it. */
public interface HttpRoute extends AutoCloseable {
    boolean serves(String path);

    /** Answers, at once or later; whether the call is over. */
    boolean handle(HttpCall call) throws IOException;

    @Override
    default void close() {}

    /** A route of the door that an agent gets. */
    @FunctionalInterface
    interface Factory {
        HttpRoute open(Actor actor, MemoryMethods methods, HttpPlaces.Share share, HttpStreams streams);
    }
}
