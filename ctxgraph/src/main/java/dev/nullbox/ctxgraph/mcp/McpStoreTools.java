package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.memory.Actor;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.rpc.RpcException;
import java.util.ArrayList;
import java.util.List;

/** The methods {@code memory.*} as tools, each with the parameters and the result that {@link MemoryContract} says. */
final class McpStoreTools {
    /** What JavaScript counts to without gaps. */
    private static final long LARGEST = (1L << 53) - 1;

    private static final McpSchema.Plain KEY = McpSchema.text(
            "Segments of letters, digits, '.', '_' and '-', parted by '/': SPACE/NAME, or NAME in your own space");
    private static final McpSchema.Any VALUE = new McpSchema.Any("Any JSON value, to about 1 MB");
    private static final McpSchema.Whole SEQ =
            new McpSchema.Whole("The write's place in the order of all writes", 0, LARGEST);
    private static final McpSchema.Plain ID = McpSchema.text("64 hexadecimal digits, the SHA-256 of the node");
    private static final McpSchema.Many PARENTS = new McpSchema.Many(ID, "The nodes that the value came from");
    private static final McpSchema.Many VECTOR =
            new McpSchema.Many(McpSchema.real(""), "An embedding of the value, for search by vector");
    private static final McpSchema.Many WITHOUT =
            new McpSchema.Many(McpSchema.text(""), "Nothing that these agents' names or node ids have influenced");
    private static final McpSchema.Plain PREFIX = McpSchema.text("What the keys begin with, as notes/");
    private static final McpSchema.Any EXPECT = new McpSchema.Any(
            "What must be there for the write to take place: a node's id, a write's seq, or null for nothing");

    private static final McpSchema.Shape HEAD = McpSchema.shape()
            .with("key", McpSchema.text(""))
            .with("id", ID)
            .with("seq", SEQ)
            .with("agent", McpSchema.text("Who wrote it"))
            .with("kind", McpSchema.text("value, blob or tombstone"))
            .with("bytes", McpSchema.real(""))
            .with("quarantined", McpSchema.truth("Whether the value is held back"));
    private static final McpSchema.Shape WRITTEN =
            McpSchema.shape().with("id", ID).with("seq", SEQ);
    private static final McpSchema.Shape HEADS = McpSchema.shape().with("entries", new McpSchema.Many(HEAD, ""));
    private static final McpSchema.Shape NODE = McpSchema.shape()
            .with("id", ID)
            .with("key", McpSchema.text(""))
            .with("value", new McpSchema.Any(""))
            .with("seq", SEQ);
    private static final McpSchema.Shape HITS = McpSchema.shape()
            .with(
                    "hits",
                    new McpSchema.Many(
                            McpSchema.shape()
                                    .with("key", McpSchema.text(""))
                                    .with("id", ID)
                                    .with("seq", SEQ)
                                    .may("score", McpSchema.real("With vector: the cosine of the angle"))
                                    .with("snippet", McpSchema.text("The found words in [brackets]")),
                            "Best first"));

    private final Actor actor;
    private final MemoryMethods methods;

    private McpStoreTools(Actor actor, MemoryMethods methods) {
        this.actor = actor;
        this.methods = methods;
    }

    /** The tools of this agent. */
    static List<McpTool> over(Actor actor, MemoryMethods methods) {
        McpStoreTools tools = new McpStoreTools(actor, methods);
        List<McpTool> all = new ArrayList<>(tools.writing());
        all.addAll(tools.reading());
        all.addAll(tools.finding());
        all.addAll(tools.blobs());
        return all;
    }

    private List<McpTool> writing() {
        McpSchema.Shape put = McpSchema.shape()
                .with("key", KEY)
                .with("value", VALUE)
                .may("parents", PARENTS)
                .may("vector", VECTOR);
        return List.of(
                tool(
                        "put",
                        "Put a value",
                        "Puts a JSON value under a key. What was there before stays in the key's history.",
                        put,
                        WRITTEN,
                        McpTool.Effect.REPLACES,
                        MemoryContract.PUT),
                tool(
                        "compare_and_set",
                        "Put a value if nothing changed",
                        "Puts a JSON value under a key only if what is there is what you expect; else it fails with HEAD"
                                + " and changes nothing.",
                        put.with("expect", EXPECT),
                        WRITTEN,
                        McpTool.Effect.REPLACES_IF,
                        MemoryContract.PUT),
                tool(
                        "delete",
                        "Delete a key",
                        "Makes a key hold nothing. Its history stays.",
                        McpSchema.shape().with("key", KEY).may("expect", EXPECT),
                        WRITTEN,
                        McpTool.Effect.REPLACES,
                        MemoryContract.DELETE));
    }

    private List<McpTool> reading() {
        return List.of(
                tool(
                        "get",
                        "Get a value",
                        "Gives the value under a key, or the node of an id: name one of the two.",
                        McpSchema.shape().may("key", KEY).may("id", ID).may("not_influenced_by", WITHOUT),
                        NODE,
                        McpTool.Effect.READS,
                        MemoryContract.GET),
                tool(
                        "head",
                        "Look at a key",
                        "Says who last wrote a key, when in the order of writes, and which node it holds; not the value.",
                        McpSchema.shape().with("key", KEY),
                        HEAD,
                        McpTool.Effect.READS,
                        MemoryContract.HEAD_OF),
                tool(
                        "history",
                        "History of a key",
                        "Lists all that a key has held, newest first. Get older values by their ids.",
                        McpSchema.shape()
                                .with("key", KEY)
                                .may("before", new McpSchema.Whole("Only writes before this one", 0, LARGEST))
                                .may("max", new McpSchema.Whole("How many at most", 1, 1_000)),
                        HEADS.may("next", new McpSchema.Whole("Go on with this as before", 0, LARGEST)),
                        McpTool.Effect.READS,
                        MemoryContract.HISTORY));
    }

    private List<McpTool> finding() {
        return List.of(
                tool(
                        "list",
                        "List keys",
                        "Lists keys that hold something, in their order.",
                        McpSchema.shape()
                                .may("prefix", PREFIX)
                                .may("after", McpSchema.text("Only keys after this one"))
                                .may("max", new McpSchema.Whole("How many at most", 1, 1_000))
                                .may("not_influenced_by", WITHOUT),
                        HEADS.may("next", McpSchema.text("Go on with this as after")),
                        McpTool.Effect.READS,
                        MemoryContract.LIST),
                tool(
                        "search",
                        "Search values",
                        "Finds values by their words, best first, or by an embedding. All words must occur; \"some words\""
                                + " is a phrase, word* a beginning.",
                        McpSchema.shape()
                                .may("text", McpSchema.text("The words"))
                                .may("vector", VECTOR)
                                .may("prefix", PREFIX)
                                .may("max", new McpSchema.Whole("How many at most", 1, MemoryContract.MAX_HITS))
                                .may("not_influenced_by", WITHOUT),
                        HITS,
                        McpTool.Effect.READS,
                        MemoryContract.SEARCH));
    }

    private List<McpTool> blobs() {
        McpSchema.Shape blob = McpSchema.shape()
                .with("chunks", new McpSchema.Many(ID, "What put_chunk gave for each, in order"))
                .may("type", McpSchema.text("A media type, as image/png"))
                .close();
        return List.of(
                tool(
                        "put_chunk",
                        "Put a part of a large value",
                        "Stores up to 512 KiB for put_blob, and gives the SHA-256 by which it names them.",
                        McpSchema.shape().with("data", McpSchema.text("Base 64")),
                        McpSchema.shape().with("chunk", ID).with("bytes", McpSchema.real("")),
                        McpTool.Effect.ADDS,
                        MemoryContract.CHUNK_PUT),
                tool(
                        "put_blob",
                        "Put a large value",
                        "Puts a value of chunks under a key; all of them must have been put by you.",
                        McpSchema.shape()
                                .with("key", KEY)
                                .with("blob", blob)
                                .may("parents", PARENTS)
                                .may("vector", VECTOR)
                                .may("expect", EXPECT),
                        WRITTEN,
                        McpTool.Effect.REPLACES,
                        MemoryContract.PUT),
                tool(
                        "get_chunk",
                        "Get a part of a large value",
                        "Gives one chunk of a blob, and how many there are.",
                        McpSchema.shape()
                                .with("id", ID)
                                .with("index", new McpSchema.Whole("From 0", 0, MemoryContract.MAX_CHUNKS - 1))
                                .may("not_influenced_by", WITHOUT),
                        McpSchema.shape()
                                .with("data", McpSchema.text("Base 64"))
                                .with("chunks", McpSchema.real("How many there are"))
                                .with("size", McpSchema.real("Bytes of all of them")),
                        McpTool.Effect.READS,
                        MemoryContract.CHUNK_GET));
    }

    private McpTool tool(
            String name,
            String title,
            String description,
            McpSchema.Shape input,
            McpSchema.Shape output,
            McpTool.Effect effect,
            Method<?> method) {
        return new McpTool(
                name,
                title,
                description,
                input.close(),
                output,
                effect,
                arguments -> McpTool.Answer.of(object(methods.call(actor, method.name(), arguments))));
    }

    private static JsonObject object(JsonElement result) throws RpcException {
        if (result instanceof JsonObject object) {
            return object;
        }
        throw new RpcException(CallReason.BUG, "a fault of the service");
    }
}
