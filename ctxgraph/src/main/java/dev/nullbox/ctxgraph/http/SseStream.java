package dev.nullbox.ctxgraph.http;

import com.google.gson.JsonElement;
import dev.nullbox.rpc.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Server-sent events to one client (https://html.spec.whatwg.org/multipage/server-sent-events.html). For one thread. */
public final class SseStream implements AutoCloseable {
    public static final String TYPE = "text/event-stream";

    private final OutputStream out;
    private final IoTimeouts deadlines;

    SseStream(OutputStream out, IoTimeouts deadlines) {
        this.out = out;
        this.deadlines = deadlines;
    }

    /**
     * Sends one event.
     *
     * @throws IOException when the client is gone or does not read
     */
    public void event(String name, JsonElement data) throws IOException {
        write("event: " + name + "\ndata: " + Json.write(data) + "\n\n");
    }

    /** Sends one event with an id that a client can resume after. */
    public void event(String name, long id, JsonElement data) throws IOException {
        write("event: " + name + "\nid: " + id + "\ndata: " + Json.write(data) + "\n\n");
    }

    /** Sends an id to resume after, without an event. */
    public void resumePoint(long id) throws IOException {
        write("id: " + id + "\ndata: \n\n");
    }

    /** Sends the delay after which the client reconnects. */
    void retry(int milliseconds) throws IOException {
        write("retry: " + milliseconds + "\n\n");
    }

    /** Sends a comment, which clients ignore, to find out whether the client is still there. */
    public void heartbeat() throws IOException {
        write(":\n\n");
    }

    @Override
    public void close() throws IOException {
        deadlines.bound(out::close);
    }

    private void write(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        deadlines.bound(() -> {
            out.write(bytes);
            out.flush();
        });
    }
}
