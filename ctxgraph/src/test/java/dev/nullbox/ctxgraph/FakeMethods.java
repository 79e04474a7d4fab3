package dev.nullbox.ctxgraph;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.RpcException;
import java.util.List;
import java.util.Optional;

/** The methods {@code memory.*} over a {@link FakeMemory}, as far as the doors' tests call them. */
final class FakeMethods implements HttpService.Methods {
    private final Memory memory;

    FakeMethods(Memory memory) {
        this.memory = memory;
    }

    @Override
    public JsonElement call(Actor actor, String method, JsonObject params) throws RpcException {
        return switch (method) {
            case "memory.put" -> {
                Put put = Put.of(key(actor, params), params.get("value"));
                yield written(memory.put(actor, params.has("expect") ? expecting(put, params.get("expect")) : put));
            }
            case "memory.delete" -> written(memory.delete(actor, key(actor, params)));
            case "memory.get" -> {
                Memory.Entry entry = (params.has("id")
                                ? memory.node(actor, new NodeId(params.get("id").getAsString()), List.of())
                                : memory.get(actor, key(actor, params)))
                        .orElseThrow(
                                () -> new RpcException(RpcException.Code.NOT_FOUND, "NOT_FOUND", "nothing", "key"));
                JsonObject node = written(new Memory.Written(entry.id(), entry.seq()));
                node.addProperty("key", entry.node().key().text());
                node.add("value", entry.node().value());
                yield node;
            }
            case "memory.head" -> head(memory.head(actor, key(actor, params)).orElseThrow());
            case "memory.history" -> heads(memory.history(actor, key(actor, params), Long.MAX_VALUE, 100));
            case "memory.list" -> heads(memory.list(actor, "", "", 100, List.of()));
            default -> throw new RpcException(RpcException.Code.NO_METHOD, "NO_METHOD", "no " + method, "method");
        };
    }

    private static Put expecting(Put put, JsonElement expect) {
        return put.expecting(
                expect instanceof JsonNull ? Optional.empty() : Optional.of(new NodeId(expect.getAsString())));
    }

    private static MemoryKey key(Actor actor, JsonObject params) {
        return actor.key(params.get("key").getAsString());
    }

    private static JsonObject written(Memory.Written written) {
        JsonObject result = new JsonObject();
        result.addProperty("id", written.id().hex());
        result.addProperty("seq", written.seq());
        return result;
    }

    private static JsonObject heads(Memory.Page<Memory.Head> page) {
        JsonArray entries = new JsonArray();
        page.items().forEach(item -> entries.add(head(item)));
        JsonObject result = new JsonObject();
        result.add("entries", entries);
        return result;
    }

    private static JsonObject head(Memory.Head head) {
        JsonObject result = written(new Memory.Written(head.id(), head.seq()));
        result.addProperty("key", head.key().text());
        result.addProperty("agent", head.agent().text());
        result.addProperty("kind", head.kind().text());
        result.addProperty("bytes", head.bytes());
        result.addProperty("quarantined", head.quarantined());
        return result;
    }
}
