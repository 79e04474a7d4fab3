package dev.nullbox.ctxgraph.api;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.Node;
import dev.nullbox.ctxgraph.memory.NodeId;
import java.util.List;

/** Results of {@code memory.*} as JSON, as {@link MemoryMethods} tells. */
public final class Answers {
    private Answers() {}

    static JsonObject entry(Memory.Entry entry) {
        Node node = entry.node();
        JsonObject result = new JsonObject();
        result.addProperty("id", entry.id().hex());
        result.addProperty("key", node.key().text());
        result.addProperty("kind", node.kind().text());
        result.add("value", node.value());
        result.addProperty("seq", entry.seq());
        result.addProperty("agent", node.agent().text());
        result.add("parents", ids(node.parents()));
        return result;
    }

    static JsonObject written(Memory.Written written) {
        JsonObject result = new JsonObject();
        result.addProperty("id", written.id().hex());
        result.addProperty("seq", written.seq());
        return result;
    }

    public static JsonObject head(Memory.Head head) {
        JsonObject result = new JsonObject();
        result.addProperty("key", head.key().text());
        result.addProperty("id", head.id().hex());
        result.addProperty("seq", head.seq());
        result.addProperty("agent", head.agent().text());
        result.addProperty("run", head.run());
        result.addProperty("kind", head.kind().text());
        result.addProperty("bytes", head.bytes());
        result.addProperty("quarantined", head.quarantined());
        return result;
    }

    /** {@code {entries: [HEAD]}}. */
    static JsonObject heads(List<Memory.Head> heads) {
        JsonArray entries = new JsonArray();
        heads.forEach(head -> entries.add(head(head)));
        JsonObject result = new JsonObject();
        result.add("entries", entries);
        return result;
    }

    static JsonObject hit(Memory.Hit hit, boolean scored) {
        JsonObject result = new JsonObject();
        result.addProperty("key", hit.key().text());
        result.addProperty("id", hit.id().hex());
        result.addProperty("seq", hit.seq());
        if (scored) {
            result.addProperty("score", hit.score());
        }
        result.addProperty("snippet", hit.snippet());
        return result;
    }

    static JsonArray ids(List<NodeId> ids) {
        JsonArray hex = new JsonArray();
        ids.forEach(id -> hex.add(id.hex()));
        return hex;
    }
}
