package dev.nullbox.ctxgraph;

import java.io.IOException;

/** One of the paths of an agent's door, and all that the door holds for it. */
interface HttpRoute extends AutoCloseable {
    boolean serves(String path);

    /** Answers, at once or later; whether the call is over. */
    boolean handle(HttpCall call) throws IOException;

    @Override
    default void close() {}

    /** A route of the door that an agent gets. */
    @FunctionalInterface
    interface Factory {
        HttpRoute open(Actor actor, HttpService service, HttpPlaces.Share share, HttpStreams streams);
    }
}
