package dev.nullbox.ctxgraph;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.http.AgentHttpServer;
import dev.nullbox.ctxgraph.http.RawHttp;
import dev.nullbox.ctxgraph.mcp.McpEndpoint;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.ctxgraph.memory.Query;
import dev.nullbox.ctxgraph.store.ReadPool;
import dev.nullbox.ctxgraph.store.Sql;
import dev.nullbox.ctxgraph.store.SqliteMemory;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcLimits;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.rpc.RpcServer;
import dev.nullbox.service.EventSink;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Measures shared memory beside raw SQLite with the same durability, which is one table and one write a transaction,
 * and its own full-text search: a line "FIGURE VALUE" or, for the reference, "sqlite:FIGURE VALUE" each. Both take turns.
 * "socket_get" is a get over the service's socket; beside it "sqlite:" is SQLite's own behind the same server, and "echo:"
 * that server alone. Through the listeners of agents the same is "door_". Then {@link AgentServerBench} and, where
 * NULLBOX_BENCH_MCP names a memory server of the Model Context Protocol, that one's round trips. Ends with 1 when a
 * bound does not hold.
 *
 * <pre>MemoryBench [NODES...]</pre>
 *
 * With sizes only the store and the socket are measured, at these.
 */
final class MemoryBench {
    private static final int[] SIZES = {10_000, 1_000_000};
    private static final int[] CLIENTS = {1, 4, 16};
    private static final int DOORS = 4;
    private static final double SECONDS = 3;

    /** Turns of each side, and how long one is. */
    private static final int ROUNDS = 4;

    private static final double ROUND_SECONDS = 0.75;
    private static final RpcLimits LIMITS = new RpcLimits(64, 12, Duration.ofSeconds(60), Duration.ofHours(1));
    private static final int BATCH = 64;
    private static final int FILLERS = 4;
    private static final int SQLITE_BATCH = 10_000;
    private static final String[] SYLLABLES = {"ka", "lo", "mi", "ne", "ru", "sa", "ti", "vo", "xe", "zu"};
    private static final Map<String, String> SEARCHES =
            Map.of("search_word", "kalomi", "search_two_words", "kalomi neruti", "search_prefix", "kalo*");
    private static final Principal ACTOR = new Principal(
            new PrincipalName("bench"),
            1,
            "",
            Principal.ownSpace(new PrincipalName("bench")),
            Principal.ownSpace(new PrincipalName("bench")),
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            List.of());

    private final Path directory;

    private MemoryBench(Path directory) {
        this.directory = directory;
    }

    /** Without arguments: all sizes. */
    public static void main(String[] sizes) throws Exception {
        AgentHttpServer.setBounds();
        Path directory = Files.createTempDirectory("memory-bench");
        MemoryBench bench = new MemoryBench(directory);
        int[] nodes = sizes.length == 0
                ? SIZES
                : Stream.of(sizes).mapToInt(Integer::parseInt).toArray();
        for (int size : nodes) {
            bench.store(size, sizes.length == 0);
        }
        if (sizes.length > 0) {
            return;
        }
        String reference = System.getenv("NULLBOX_BENCH_MCP");
        if (reference != null) {
            McpRoundTrips.reference(reference, directory.resolve("reference.jsonl"));
        }
        boolean holds = new AgentServerBench(directory).run();
        System.exit(holds ? 0 : 1);
    }

    private void store(int nodes, boolean isWhole) throws Exception {
        Path file = directory.resolve("memory.db");
        Path raw = directory.resolve("raw.db");
        try (SqliteMemory memory = SqliteMemory.open(file, System::nanoTime);
                Sql writer = Sql.open(raw);
                ReadPool readers = ReadPool.open(raw, CLIENTS[CLIENTS.length - 1])) {
            BenchLoad.parallel(FILLERS, client -> fill(memory, nodes, client));
            fill(writer, nodes);
            // Has the text index catch up.
            memory.search(Principal.operator(), Query.of("nothing", "", 1));
            size("", nodes, file);
            size("sqlite", nodes, raw);
            beside(
                    "get",
                    nodes,
                    (random, i) -> memory.get(ACTOR, key(random.nextInt(nodes))),
                    (random, i) -> value(readers, key(random.nextInt(nodes))));
            sockets(memory, readers, nodes);
            if (isWhole) {
                searches(memory, nodes);
            }
            beside(
                    "put",
                    nodes,
                    (random, i) ->
                            memory.put(ACTOR, Put.of(key(random.nextInt(nodes)), new JsonPrimitive(text(random)))),
                    (random, i) -> replace(writer, key(random.nextInt(nodes)), text(random)));
            if (isWhole) {
                listeners(memory, nodes);
                search(writer, nodes);
            }
        }
        clear();
    }

    /** Code of a method of the references. */
    @FunctionalInterface
    private interface Quick {
        Optional<JsonElement> answer(JsonObject params) throws RpcException;
    }

    private static RpcMethod quick(String name, Set<String> users, Quick code) {
        return new RpcMethod(name, users, (_, params) -> code.answer(params).orElseThrow())
                .quickly((_, params) -> code.answer(params));
    }

    private static void searches(SqliteMemory memory, int nodes) throws Exception {
        for (Map.Entry<String, String> search : SEARCHES.entrySet()) {
            // As the operator, who need not rest between two: an agent gets a third of this.
            BenchLoad.measure(
                            1,
                            SECONDS,
                            (random, i) -> memory.search(Principal.operator(), Query.of(search.getValue(), "", 20)))
                    .say("", search.getKey(), "." + nodes);
        }
    }

    private static void beside(String name, int nodes, BenchLoad.Operation ours, BenchLoad.Operation sqlite)
            throws Exception {
        for (int clients : CLIENTS) {
            BenchLoad.beside(
                    clients,
                    ROUND_SECONDS,
                    ROUNDS,
                    "." + clients + "_clients." + nodes,
                    List.of(new BenchLoad.Candidate("", name, ours), new BenchLoad.Candidate("sqlite", name, sqlite)));
        }
    }

    /** Gets over the service's socket, SQLite's own behind the same server, and an echo; each client has a connection. */
    private void sockets(SqliteMemory memory, ReadPool readers, int nodes) throws Exception {
        Set<String> user = Set.of(System.getProperty("user.name"));
        List<RpcMethod> methods = new ArrayList<>();
        for (RpcMethod one : new MemoryMethods(memory, new EventSink(OutputStream.nullOutputStream())).ofOperators()) {
            methods.add(new RpcMethod(one.name(), user, one.deadline(), one.handler(), one.quick()));
        }
        methods.add(quick(
                "sqlite.get",
                user,
                params -> value(readers, new MemoryKey(params.get("key").getAsString()))
                        .<JsonElement>map(JsonPrimitive::new)));
        methods.add(quick("echo.get", user, params -> Optional.of(params.get("key"))));
        Path socket = directory.resolve("bench.sock");
        List<RawRpc> clients = new ArrayList<>();
        try (RpcServer _ = RpcServer.listen(socket, methods, LIMITS)) {
            for (int i = 0; i < CLIENTS[CLIENTS.length - 1]; i++) {
                clients.add(new RawRpc(socket));
            }
            for (int count : CLIENTS) {
                BenchLoad.beside(
                        count,
                        ROUND_SECONDS,
                        ROUNDS,
                        "." + count + "_clients." + nodes,
                        Stream.of("memory", "sqlite", "echo")
                                .map(who -> new BenchLoad.Candidate(
                                        who.equals("memory") ? "" : who,
                                        "socket_get",
                                        (random, i) -> clients.get(i).call(who + ".get", key(random.nextInt(nodes)))))
                                .toList());
            }
        } finally {
            for (RawRpc client : clients) {
                client.close();
            }
        }
    }

    /** Each client on a persistent connection; agents have as many listeners as there are clients, up to four. */
    private static void listeners(SqliteMemory memory, int nodes) throws Exception {
        MemoryMethods service = new MemoryMethods(memory, new EventSink(OutputStream.nullOutputStream()));
        for (int clients : CLIENTS) {
            List<AgentHttpServer> listeners = new ArrayList<>();
            List<RawHttp> http = new ArrayList<>();
            try {
                for (int i = 0; i < Math.min(clients, DOORS); i++) {
                    listeners.add(AgentHttpServer.open(ACTOR, RawHttp.LOOPBACK, 0, service, McpEndpoint::new));
                }
                for (int i = 0; i < clients; i++) {
                    http.add(new RawHttp(
                            listeners.get(i % listeners.size()).address().getPort()));
                }
                String qualifier = "." + clients + "_clients." + nodes;
                BenchLoad.measure(
                                clients,
                                SECONDS,
                                (random, i) -> call(http.get(i), "get", key(random.nextInt(nodes)), ""))
                        .say("", "door_get", qualifier);
                BenchLoad.measure(
                                clients,
                                SECONDS,
                                (random, i) -> call(
                                        http.get(i),
                                        "put",
                                        key(random.nextInt(nodes)),
                                        ",\"value\":\"" + text(random) + "\""))
                        .say("", "door_put", qualifier);
            } finally {
                for (RawHttp connection : http) {
                    connection.close();
                }
                listeners.forEach(AgentHttpServer::close);
            }
        }
    }

    private static void call(RawHttp http, String method, MemoryKey key, String value) throws IOException {
        http.send(
                "POST",
                "/rpc",
                List.of(),
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"memory." + method + "\",\"params\":{\"key\":\"" + key.text()
                        + "\"" + value + "}}");
        RawHttp.Response answer = http.answer();
        if (answer.status() != 200 || !answer.json().has("result")) {
            throw new IllegalStateException(method + " was refused: " + answer.body());
        }
    }

    private static void fill(SqliteMemory memory, int nodes, int client) throws Exception {
        Random random = new Random(client);
        for (int from = client * BATCH; from < nodes; from += FILLERS * BATCH) {
            List<Put> batch = new ArrayList<>();
            for (int i = from; i < Math.min(nodes, from + BATCH); i++) {
                batch.add(Put.of(key(i), new JsonPrimitive(text(random))));
            }
            memory.write(ACTOR, batch);
        }
    }

    private static void fill(Sql writer, int nodes) throws Exception {
        writer.execute("CREATE TABLE kv (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT");
        Random random = new Random(1);
        for (int from = 0; from < nodes; from += SQLITE_BATCH) {
            writer.execute("BEGIN IMMEDIATE");
            for (int i = from; i < Math.min(nodes, from + SQLITE_BATCH); i++) {
                writer.update("INSERT INTO kv (key, value) VALUES (?, ?)", key(i).text(), text(random));
            }
            writer.execute("COMMIT");
        }
    }

    private static Optional<String> value(ReadPool readers, MemoryKey key) throws RpcException {
        return readers.read(
                sql -> sql.first("SELECT value FROM kv WHERE key = ?", row -> row.getString(1), key.text()));
    }

    /** What SQLite's search gives by itself: all matches ranked, the twenty best with a snippet. */
    private static void search(Sql sql, int nodes) throws Exception {
        sql.execute("CREATE VIRTUAL TABLE texts USING fts5 (value, content = 'kv', content_rowid = 'rowid')");
        sql.execute("INSERT INTO texts (texts) VALUES ('rebuild')");
        for (Map.Entry<String, String> search : SEARCHES.entrySet()) {
            BenchLoad.measure(
                            1,
                            SECONDS,
                            (random, i) -> sql.all(
                                    "SELECT rowid, snippet(texts, 0, '[', ']', '…', 16) FROM texts WHERE texts MATCH ?"
                                            + " ORDER BY rank LIMIT 20",
                                    row -> row.getString(2),
                                    search.getValue()))
                    .say("sqlite", search.getKey(), "." + nodes);
        }
    }

    private static void replace(Sql writer, MemoryKey key, String text) throws SQLException {
        // As several programs do it: each its own transaction, one after the other.
        synchronized (writer) {
            writer.update("REPLACE INTO kv (key, value) VALUES (?, ?)", key.text(), text);
        }
    }

    /** All files of a database, the full-text index included, after what waits in a log beside it is in it. */
    private void size(String who, int nodes, Path file) throws Exception {
        long bytes = 0;
        try (Stream<Path> files = Files.list(directory)) {
            for (Path one : files.filter(name -> name.toString().startsWith(file.toString()))
                    .filter(name -> !name.toString().endsWith("-wal")
                            && !name.toString().endsWith("-shm"))
                    .toList()) {
                try (Sql sql = Sql.open(one)) {
                    sql.execute("PRAGMA wal_checkpoint(TRUNCATE)");
                }
                bytes += Files.size(one);
            }
        }
        BenchLoad.say(who, "bytes_per_node." + nodes, (double) bytes / nodes);
    }

    private void clear() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    private static MemoryKey key(int i) {
        return new MemoryKey("bench/k" + i);
    }

    /** Twelve made-up words of three syllables: a thousand there are, so that a search finds about one text in 80. */
    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 36; i++) {
            text.append(i > 0 && i % 3 == 0 ? " " : "").append(SYLLABLES[random.nextInt(SYLLABLES.length)]);
        }
        return text.toString();
    }
}
