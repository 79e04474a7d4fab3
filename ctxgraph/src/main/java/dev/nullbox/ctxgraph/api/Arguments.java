package dev.nullbox.ctxgraph.api;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.ctxgraph.memory.Actor;
import dev.nullbox.ctxgraph.memory.AgentName;
import dev.nullbox.ctxgraph.memory.KeyPattern;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.ctxgraph.memory.Source;
import dev.nullbox.ctxgraph.store.Prepared;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Parameters of {@code memory.*} that take more than one look; all throw INVALID_PARAMS with the field. */
public final class Arguments {
    private static final int MAX_MB = 1 << 20;
    private static final int MAX_WRITES_PER_MINUTE = 1_000_000;
    private static final int MAX_PATTERNS = 64;
    public static final int MAX_SOURCES = 16;

    private Arguments() {}

    /** {@code expect}: an ID, a sequence number, or null for nothing there; anything where it is left out. */
    static Put.Expect expect(Params params) throws RpcException {
        if (!params.has("expect")) {
            return new Put.Anything();
        }
        JsonElement expect = params.any("expect");
        if (expect.isJsonNull()) {
            return new Put.Nothing();
        }
        if (expect instanceof JsonPrimitive primitive && primitive.isNumber()) {
            return new Put.Seq(params.integer("expect", 0, Long.MAX_VALUE));
        }
        return new Put.Head(Prepared.parse(params.string("expect"), NodeId::new, "expect"));
    }

    /** {@code not_influenced_by}: names of agents and IDs. */
    static List<Source> sources(Params params) throws RpcException {
        if (!params.has("not_influenced_by")) {
            return List.of();
        }
        List<Source> sources = new ArrayList<>();
        for (String source : params.strings("not_influenced_by")) {
            sources.add(Prepared.parse(source, Source::parse, "not_influenced_by[" + sources.size() + "]"));
        }
        if (sources.size() > MAX_SOURCES) {
            throw Prepared.invalid(
                    "OUT_OF_RANGE", "not_influenced_by: at most " + MAX_SOURCES + " sources", "not_influenced_by");
        }
        return sources;
    }

    /** A list of numbers; empty where it is left out. */
    static List<Float> vector(Params params, String name) throws RpcException {
        if (!params.has(name)) {
            return List.of();
        }
        if (!(params.any(name) instanceof JsonArray array) || array.isEmpty() || array.size() > Put.MAX_DIMENSIONS) {
            throw Prepared.invalid(
                    "WRONG_TYPE", name + ": must be a list of 1 to " + Put.MAX_DIMENSIONS + " numbers", name);
        }
        List<Float> vector = new ArrayList<>(array.size());
        for (JsonElement element : array) {
            if (!(element instanceof JsonPrimitive primitive) || !primitive.isNumber()) {
                throw Prepared.invalid("WRONG_TYPE", name + "[" + vector.size() + "]: must be a number", name);
            }
            vector.add(new BigDecimal(primitive.getAsString()).floatValue());
        }
        return vector;
    }

    /** Whom {@code memory.attach} names: the agent and its run, with defaults for all but its name. */
    public static Actor actor(Params params) throws RpcException {
        AgentName agent = Prepared.parse(params.string("agent"), AgentName::new, "agent");
        if (agent.equals(Actor.OPERATOR)) {
            throw Prepared.invalid("SYNTAX", "agent: " + agent + " is the operator's own name", "agent");
        }
        String manifest = params.optionalString("manifest").orElse("");
        if (!manifest.isEmpty() && !NodeId.isId(manifest)) {
            throw Prepared.invalid("SYNTAX", "manifest: must be 64 lower-case hexadecimal digits", "manifest");
        }
        return new Actor(
                agent,
                params.optionalInteger("run", 0, Long.MAX_VALUE, 0),
                manifest,
                patterns(params, "read", agent),
                patterns(params, "write", agent),
                params.optionalInteger("max_mb", 0, MAX_MB, Actor.DEFAULT_MAX_MB) << 20,
                params.optionalInteger(
                        "max_writes_per_minute", 0, MAX_WRITES_PER_MINUTE, Actor.DEFAULT_WRITES_PER_MINUTE));
    }

    private static List<KeyPattern> patterns(Params params, String name, AgentName agent) throws RpcException {
        if (!params.has(name)) {
            return Actor.ownSpace(agent);
        }
        List<KeyPattern> patterns = new ArrayList<>();
        for (String pattern : params.strings(name)) {
            patterns.add(Prepared.parse(pattern, KeyPattern::new, name + "[" + patterns.size() + "]"));
        }
        if (patterns.size() > MAX_PATTERNS) {
            throw Prepared.invalid("OUT_OF_RANGE", name + ": at most " + MAX_PATTERNS + " patterns", name);
        }
        return patterns;
    }

    /** What {@link #actor} reads. */
    public static JsonObject encode(Actor actor) {
        JsonObject params = new JsonObject();
        params.addProperty("agent", actor.agent().text());
        params.addProperty("run", actor.run());
        params.addProperty("manifest", actor.manifest());
        params.add("read", texts(actor.read()));
        params.add("write", texts(actor.write()));
        params.addProperty("max_mb", actor.maxBytes() >> 20);
        params.addProperty("max_writes_per_minute", actor.maxWritesPerMinute());
        return params;
    }

    private static JsonArray texts(List<KeyPattern> patterns) {
        JsonArray texts = new JsonArray();
        patterns.forEach(pattern -> texts.add(pattern.text()));
        return texts;
    }
}
