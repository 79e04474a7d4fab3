package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.http.HttpStreams;
import dev.nullbox.ctxgraph.http.SseStream;
import dev.nullbox.ctxgraph.memory.Memory;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stream of {@code notifications/resources/updated}: of a session, with the subscriptions that it has at the time and
 * ids to resume after, or as the answer to {@code subscriptions/listen}.
 */
final class SubscriptionStream implements HttpStreams.EventSource {
    private static final String EVENT = "message";

    private final Supplier<List<String>> uris;
    private final McpResources resources;
    private final @Nullable McpSession session;
    private final JsonElement request;

    private SubscriptionStream(
            Supplier<List<String>> uris, McpResources resources, @Nullable McpSession session, JsonElement request) {
        this.uris = uris;
        this.resources = resources;
        this.session = session;
        this.request = request;
    }

    /** The stream of a session. */
    static SubscriptionStream of(McpSession session, McpResources resources) {
        return new SubscriptionStream(session::subscriptions, resources, session, JsonNull.INSTANCE);
    }

    /** The stream that answers a request with this id, for these subscriptions. */
    static SubscriptionStream of(JsonElement request, List<String> uris, McpResources resources) {
        return new SubscriptionStream(() -> uris, resources, null, request);
    }

    @Override
    public void begin(SseStream out, long position) throws IOException {
        if (session == null) {
            JsonArray agreed = new JsonArray();
            uris.get().forEach(agreed::add);
            JsonObject filter = new JsonObject();
            if (!agreed.isEmpty()) {
                filter.add("resourceSubscriptions", agreed);
            }
            JsonObject params = marked();
            params.add("notifications", filter);
            out.event(EVENT, McpMessage.notification("notifications/subscriptions/acknowledged", params));
        } else if (session.version() == McpVersion.V2025_11_25) {
            out.resumePoint(position);
        } else {
            // Clients of the revision before treat an event without data as broken.
            out.heartbeat();
        }
    }

    @Override
    public boolean onChange(SseStream out, List<Memory.Head> changes, long position) throws IOException {
        Set<String> changed = resources.changed(uris.get(), changes);
        for (String uri : changed) {
            JsonObject params = marked();
            params.addProperty("uri", uri);
            JsonObject update = McpMessage.notification("notifications/resources/updated", params);
            if (session == null) {
                out.event(EVENT, update);
            } else {
                out.event(EVENT, position, update);
            }
        }
        return !changed.isEmpty();
    }

    @Override
    public void end(SseStream out) throws IOException {
        // A session's client reconnects by itself.
        if (session == null) {
            out.event(EVENT, McpMessage.result(request, McpServer.complete(marked())));
        }
    }

    private JsonObject marked() {
        JsonObject marked = new JsonObject();
        if (session == null) {
            JsonObject meta = new JsonObject();
            meta.add(McpServer.OWN + "subscriptionId", request);
            marked.add(McpMessage.META, meta);
        }
        return marked;
    }
}
