package dev.nullbox.ctxgraph;

import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.api.TestMemory;
import dev.nullbox.ctxgraph.http.AgentHttpServer;
import dev.nullbox.ctxgraph.http.RawHttp;
import dev.nullbox.ctxgraph.mcp.McpEndpoint;
import dev.nullbox.ctxgraph.mcp.McpGraphStore;
import dev.nullbox.ctxgraph.memory.Node;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.ctxgraph.store.SqliteMemory;
import dev.nullbox.rpc.Json;
import dev.nullbox.service.EventSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Figures of the agents' listeners, over HTTP on connections that stay: round trips of the Model Context Protocol, and
 * how long a write takes while another agent keeps writing beyond its quota, or reads what takes long.
 */
final class AgentServerBench {
    private static final int ROUNDS = 5;
    private static final double ROUND_SECONDS = 2;
    /** For what an agent beyond its quota costs another. Of what it may do, as reading, each costs its share. */
    private static final double MOST_TIMES = 2;

    private static final int NOISY_CLIENTS = AgentHttpServer.THREADS;

    /** What the reading neighbour's listings, searches and graphs go through: each came from the one before. */
    private static final int READ_NODES = 1_000;

    private static final int STEP = 50;
    private static final long NOISY_BYTES = 64 << 10;

    private final Path directory;
    private final List<AutoCloseable> open = new ArrayList<>();

    AgentServerBench(Path directory) {
        this.directory = directory;
    }

    /** Whether the bound holds. */
    boolean run() throws Exception {
        AgentHttpServer.setBounds();
        TestMemory memory = new TestMemory(directory);
        open.add(memory);
        try {
            McpRoundTrips.ours(listener(memory, "caller", Long.MAX_VALUE, Long.MAX_VALUE));
            int good = listener(memory, "good", Long.MAX_VALUE, Long.MAX_VALUE);
            int reader = listener(memory, "reader", Long.MAX_VALUE, Long.MAX_VALUE);
            fill(memory.memory(), ((AgentHttpServer) open.getLast()).principal());
            double rate =
                    neighbour("", good, new Noise(listener(memory, "bad", Long.MAX_VALUE, 60), "QUOTA_RATE", PUT));
            double space = neighbour(
                    ".quota_space",
                    good,
                    new Noise(listener(memory, "full", NOISY_BYTES, Long.MAX_VALUE), "QUOTA_SPACE", PUT));
            BenchLoad.say("bound", "neighbour_put_p99_ratio", MOST_TIMES);
            BenchLoad.say("bound", "neighbour_put_p99_ratio.quota_space", MOST_TIMES);
            neighbour(".list", good, new Noise(reader, "next", rpc("memory.list", """
                    {"max":900,"not_influenced_by":["good"]}""")));
            neighbour(".search", good, new Noise(reader, "snippet", rpc("memory.search", """
                    {"text":"observation","max":100}""")));
            neighbour(".read_graph", good, new Noise(reader, "entityType", READ_GRAPH));
            return rate <= MOST_TIMES && space <= MOST_TIMES;
        } finally {
            for (AutoCloseable one : open.reversed()) {
                one.close();
            }
        }
    }

    private int listener(TestMemory memory, String name, long bytes, long writesPerMinute) throws IOException {
        PrincipalName agent = new PrincipalName(name);
        Principal principal = new Principal(
                agent, 1, "", Principal.ownSpace(agent), Principal.ownSpace(agent), bytes, writesPerMinute, List.of());
        AgentHttpServer listener =
                AgentHttpServer.open(principal, RawHttp.LOOPBACK, 0, memory.service(), McpEndpoint::new);
        open.add(listener);
        return listener.address().getPort();
    }

    /** A graph of entities. */
    private static void fill(SqliteMemory memory, Principal principal) throws Exception {
        McpGraphStore graph =
                new McpGraphStore(new MemoryMethods(memory, new EventSink(System.err)), principal, "reader");
        List<NodeId> before = List.of();
        for (int i = 0; i < READ_NODES; i += STEP) {
            List<Put> puts = new ArrayList<>();
            for (int j = i; j < i + STEP; j++) {
                JsonObject entity = Json.parse("""
                        {"name":"n%d","entityType":"note","observations":["an observation of some length, and one more"]}""".formatted(j).getBytes(StandardCharsets.UTF_8))
                        .getAsJsonObject();
                puts.add(new Put(
                        graph.entityKey("n" + j), Node.Kind.VALUE, entity, before, new Put.Anything(), List.of()));
            }
            before = List.of(memory.write(principal, puts).getLast().id());
        }
    }

    private static List<String> session(int port) throws IOException {
        RawHttp.Response begun = RawHttp.mcp(port, """
                {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",
                 "capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}""");
        List<String> headers = new ArrayList<>(RawHttp.MCP);
        headers.add("Mcp-Session-Id: " + begun.headers().get("mcp-session-id"));
        return headers;
    }

    /** In turns, so that what else the machine does weighs on both. */
    private static double neighbour(String kind, int good, Noise noise) throws Exception {
        List<Double> alone = new ArrayList<>();
        List<Double> beside = new ArrayList<>();
        try (RawHttp http = new RawHttp(good)) {
            BenchLoad.Operation write = (random, i) -> {
                if (PUT.call(http, List.of(), "k" + random.nextInt(100)).status() != 200) {
                    throw new IllegalStateException("an agent within its quota was refused");
                }
            };
            for (int round = 0; round < ROUNDS; round++) {
                alone.add(BenchLoad.measure(1, ROUND_SECONDS, write).p99Ms());
                try (Noise.Clients _ = noise.begin()) {
                    beside.add(BenchLoad.measure(1, ROUND_SECONDS, write).p99Ms());
                }
            }
        }
        double ratio = median(beside) / median(alone);
        BenchLoad.say("", "neighbour_put_p99_ms" + kind, median(beside));
        BenchLoad.say("alone", "neighbour_put_p99_ms" + kind, median(alone));
        BenchLoad.say("", "neighbour_put_p99_ratio" + kind, ratio);
        return ratio;
    }

    /** Request and its response. */
    @FunctionalInterface
    private interface Call {
        RawHttp.Response call(RawHttp http, List<String> session, String key) throws IOException;
    }

    private static final Call PUT =
            (http, session, key) -> rpc("memory.put", """
            {"key":"%s","value":"a value of some length"}""".formatted(key)).call(http, session, key);

    private static final Call READ_GRAPH = (http, session, key) -> {
        http.send("POST", "/mcp", session, """
                {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_graph","arguments":{}}}""");
        return http.answer();
    };

    private static Call rpc(String method, String params) {
        String request = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + params + "}";
        return (http, session, key) -> {
            http.send("POST", "/rpc", List.of(), request);
            return http.answer();
        };
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /** An agent that asks as fast as its door lets it, whatever the answer; sooner or later it has the sign. */
    private record Noise(int port, String sign, Call call) {
        /** Has had the sign when this returns: a quota is used up. */
        Clients begin() throws Exception {
            List<String> session = session(port);
            try (RawHttp http = new RawHttp(port)) {
                while (!call.call(http, session, "k").body().contains(sign)) {
                    // one more of what it may is gone
                }
            }
            Clients clients =
                    new Clients(new AtomicBoolean(), Executors.newFixedThreadPool(NOISY_CLIENTS), new ArrayList<>());
            for (int i = 0; i < NOISY_CLIENTS; i++) {
                clients.counts.add(clients.pool.submit(() -> {
                    int signs = 0;
                    try (RawHttp http = new RawHttp(port)) {
                        while (!clients.over.get()) {
                            signs += call.call(http, session, "k").body().contains(sign) ? 1 : 0;
                        }
                    }
                    return signs;
                }));
            }
            return clients;
        }

        private record Clients(AtomicBoolean over, ExecutorService pool, List<Future<Integer>> counts)
                implements AutoCloseable {
            @Override
            public void close() {
                over.set(true);
                pool.close();
                if (counts.stream().mapToInt(Future::resultNow).sum() == 0) {
                    throw new IllegalStateException("the noisy agent never had the answer meant");
                }
            }
        }
    }
}
