package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.http.HttpStreams;
import dev.nullbox.ctxgraph.http.SseStream;
import dev.nullbox.ctxgraph.memory.Memory;
import java.io.IOException;
import java.util.List;

/** Streams of {@code notifications/resources/updated}, as the revisions have them. */
final class McpFeed {
    private static final String EVENT = "message";
    private static final String UPDATED = "notifications/resources/updated";

    private McpFeed() {}

    /** The stream of a session: tells of whatever is subscribed to at the time; its places can be resumed after. */
    static HttpStreams.Feed of(McpSession session, McpResources resources) {
        return new HttpStreams.Feed() {
            @Override
            public void begin(SseStream out, long position) throws IOException {
                // Clients of the revision before take an event without data for a broken one.
                if (session.version() == McpVersion.V2025_11_25) {
                    out.place(position);
                } else {
                    out.beat();
                }
            }

            @Override
            public boolean tell(SseStream out, List<Memory.Head> changes, long position) throws IOException {
                boolean told = false;
                for (String uri : resources.changed(session.subscriptions(), changes)) {
                    JsonObject params = new JsonObject();
                    params.addProperty("uri", uri);
                    out.event(EVENT, position, McpMessage.notification(UPDATED, params));
                    told = true;
                }
                return told;
            }

            @Override
            public void end(SseStream out) {
                // There is no last word: the client comes again by itself.
            }
        };
    }

    /**
     * The answer to {@code subscriptions/listen}.
     *
     * @param id of that request
     * @param uris what is subscribed to
     */
    static HttpStreams.Feed of(JsonElement id, List<String> uris, McpResources resources) {
        return new HttpStreams.Feed() {
            @Override
            public void begin(SseStream out, long position) throws IOException {
                JsonArray agreed = new JsonArray();
                uris.forEach(agreed::add);
                JsonObject filter = new JsonObject();
                if (!agreed.isEmpty()) {
                    filter.add("resourceSubscriptions", agreed);
                }
                JsonObject params = marked(id);
                params.add("notifications", filter);
                out.event(EVENT, McpMessage.notification("notifications/subscriptions/acknowledged", params));
            }

            @Override
            public boolean tell(SseStream out, List<Memory.Head> changes, long position) throws IOException {
                boolean told = false;
                for (String uri : resources.changed(uris, changes)) {
                    JsonObject params = marked(id);
                    params.addProperty("uri", uri);
                    out.event(EVENT, McpMessage.notification(UPDATED, params));
                    told = true;
                }
                return told;
            }

            @Override
            public void end(SseStream out) throws IOException {
                out.event(EVENT, McpMessage.result(id, McpServer.complete(marked(id))));
            }
        };
    }

    private static JsonObject marked(JsonElement id) {
        JsonObject meta = new JsonObject();
        meta.add(McpServer.OWN + "subscriptionId", id);
        JsonObject marked = new JsonObject();
        marked.add(McpMessage.META, meta);
        return marked;
    }
}
