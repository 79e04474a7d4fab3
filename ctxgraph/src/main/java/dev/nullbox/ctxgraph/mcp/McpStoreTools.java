package dev.nullbox.ctxgraph.mcp;

import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.api.MemoryContract;
import java.util.List;
import java.util.stream.Stream;

/** Methods of {@link MemoryContract} as tools, with their parameters and results. */
final class McpStoreTools {
    private final Principal principal;
    private final MemoryMethods methods;

    private McpStoreTools(Principal principal, MemoryMethods methods) {
        this.principal = principal;
        this.methods = methods;
    }

    /** The tools of this agent. */
    static List<McpTool> over(Principal principal, MemoryMethods methods) {
        McpStoreTools tools = new McpStoreTools(principal, methods);
        return Stream.concat(tools.writing().stream(), tools.reading().stream()).toList();
    }

    private List<McpTool> writing() {
        return List.of(
                tool(
                        "put",
                        "Put a value",
                        "Puts a JSON value under a key. What was there before stays in the key's history.",
                        McpTool.Effect.REPLACES,
                        MemoryContract.PUT,
                        MemoryContract.KEY,
                        MemoryContract.VALUE,
                        MemoryContract.PARENTS.optional(),
                        MemoryContract.VECTOR),
                tool(
                        "compare_and_set",
                        "Put a value if nothing changed",
                        "Puts a JSON value under a key only if what is there is what you expect; else it fails with HEAD"
                                + " and changes nothing.",
                        McpTool.Effect.REPLACES_IF,
                        MemoryContract.PUT,
                        MemoryContract.KEY,
                        MemoryContract.VALUE,
                        MemoryContract.PARENTS.optional(),
                        MemoryContract.VECTOR,
                        MemoryContract.EXPECT),
                tool(
                        "delete",
                        "Delete a key",
                        "Makes a key hold nothing. Its history stays.",
                        McpTool.Effect.REPLACES,
                        MemoryContract.DELETE),
                tool(
                        "put_chunk",
                        "Put a part of a large value",
                        "Stores up to 512 KiB for put_blob, and gives the SHA-256 by which it names them.",
                        McpTool.Effect.ADDS,
                        MemoryContract.CHUNK_PUT),
                tool(
                        "put_blob",
                        "Put a large value",
                        "Puts a value of chunks under a key; all of them must have been put by you.",
                        McpTool.Effect.REPLACES,
                        MemoryContract.PUT,
                        MemoryContract.KEY,
                        MemoryContract.BLOB,
                        MemoryContract.PARENTS.optional(),
                        MemoryContract.VECTOR,
                        MemoryContract.EXPECT.optional()));
    }

    private List<McpTool> reading() {
        return List.of(
                tool(
                        "get",
                        "Get a value",
                        "Gives the value under a key, or the node of an id: name one of the two.",
                        McpTool.Effect.READS,
                        MemoryContract.GET),
                tool(
                        "head",
                        "Look at a key",
                        "Says who last wrote a key, when in the order of writes, and which node it holds; not the value.",
                        McpTool.Effect.READS,
                        MemoryContract.HEAD_OF),
                tool(
                        "history",
                        "History of a key",
                        "Lists all that a key has held, newest first. Get older values by their ids.",
                        McpTool.Effect.READS,
                        MemoryContract.HISTORY),
                tool(
                        "list",
                        "List keys",
                        "Lists keys that hold something, in their order.",
                        McpTool.Effect.READS,
                        MemoryContract.LIST),
                tool(
                        "search",
                        "Search values",
                        "Finds values by their words, best first, or by an embedding. All words must occur; \"some words\""
                                + " is a phrase, word* a beginning.",
                        McpTool.Effect.READS,
                        MemoryContract.SEARCH),
                tool(
                        "get_chunk",
                        "Get a part of a large value",
                        "Gives one chunk of a blob, and how many there are.",
                        McpTool.Effect.READS,
                        MemoryContract.CHUNK_GET));
    }

    /** A tool with these fields, or with all fields of the method when none are named. */
    private McpTool tool(
            String name,
            String title,
            String description,
            McpTool.Effect effect,
            Method<?> method,
            Field<?>... fields) {
        List<Field<?>> input = fields.length == 0 ? method.request() : List.of(fields);
        return new McpTool(
                name,
                title,
                description,
                input,
                method.result(),
                false,
                effect,
                arguments -> McpTool.Response.of(
                        methods.call(principal, method.name(), arguments).getAsJsonObject()));
    }
}
