package dev.nullbox.ctxgraph.mcp;

import dev.nullbox.ctxgraph.http.HttpStreams;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Session that a handshake began: the agreed revision and the client's subscriptions. */
final class McpSession {
    /** Resources that one session can subscribe to. */
    static final int MAX_SUBSCRIPTIONS = 64;

    private final String id;
    private final McpVersion version;
    private final Set<String> subscriptions = new LinkedHashSet<>();
    private HttpStreams.@Nullable Open stream;
    private boolean ended;
    private volatile long used;

    McpSession(String id, McpVersion version, long now) {
        this.id = id;
        this.version = version;
        this.used = now;
    }

    String id() {
        return id;
    }

    McpVersion version() {
        return version;
    }

    /** Time of the last request, in nanoseconds of the clock that the session was made with. */
    long used() {
        return used;
    }

    void touch(long now) {
        used = now;
    }

    /**
     * @throws McpException when there are too many
     */
    synchronized void subscribe(String uri) throws McpException {
        if (subscriptions.size() == MAX_SUBSCRIPTIONS && !subscriptions.contains(uri)) {
            throw McpException.badParameter("uri", "a session has at most " + MAX_SUBSCRIPTIONS + " subscriptions");
        }
        subscriptions.add(uri);
    }

    synchronized void unsubscribe(String uri) {
        subscriptions.remove(uri);
    }

    synchronized List<String> subscriptions() {
        return List.copyOf(subscriptions);
    }

    /** Sends notifications by this stream from now on; the stream before it ends, as a client has one at a time. */
    synchronized void sendBy(HttpStreams.Open next) {
        if (stream != null) {
            stream.end();
        }
        stream = next;
        if (ended) {
            next.end();
        }
    }

    synchronized void end() {
        ended = true;
        if (stream != null) {
            stream.end();
        }
    }
}
