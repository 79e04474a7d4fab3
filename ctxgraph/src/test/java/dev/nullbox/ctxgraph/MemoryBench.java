package dev.nullbox.ctxgraph;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Measures shared memory beside raw SQLite with the same durability (one table, one write a transaction) and, when one
 * listens, Redis (set it to {@code appendonly yes}, {@code appendfsync always}):
 *
 * <pre>MemoryBench [--json] [--dir DIR] [--nodes N,N...] [--seconds S] [--redis PORT]</pre>
 *
 * Defaults: a directory for temporary files, 10000,1000000 nodes, 3 s for each figure. Prints one line a figure, or with
 * {@code --json} one array of objects {@code {what, nodes, clients, per_s, p50_us, p99_us}}; sizes are
 * {@code {what, nodes, bytes_per_node}}.
 */
final class MemoryBench {
    private static final int[] CLIENTS = {1, 4, 16};
    private static final int BATCH = 64;
    private static final int FILLERS = 4;
    private static final String[] SYLLABLES = {"ka", "lo", "mi", "ne", "ru", "sa", "ti", "vo", "xe", "zu"};
    private static final Actor ACTOR = actor("bench", Long.MAX_VALUE);

    private final boolean json;
    private final Path directory;
    private final long seconds;
    private final int redisPort;
    private final JsonArray figures = new JsonArray();

    private MemoryBench(boolean json, Path directory, long seconds, int redisPort) {
        this.json = json;
        this.directory = directory;
        this.seconds = seconds;
        this.redisPort = redisPort;
    }

    public static void main(String[] arguments) throws Exception {
        List<String> left = new ArrayList<>(List.of(arguments));
        boolean json = left.remove("--json");
        Path directory = Files.createTempDirectory(
                Path.of(option(left, "--dir", System.getProperty("java.io.tmpdir"))), "bench");
        String sizes = option(left, "--nodes", "10000,1000000");
        long seconds = Long.parseLong(option(left, "--seconds", "3"));
        MemoryBench bench = new MemoryBench(json, directory, seconds, Integer.parseInt(option(left, "--redis", "0")));
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("unknown: " + left);
        }
        try {
            for (int size : Pattern.compile(",")
                    .splitAsStream(sizes)
                    .mapToInt(Integer::parseInt)
                    .toArray()) {
                bench.store(size);
                bench.sqlite(size);
                bench.redis(size);
            }
            bench.neighbour();
            if (json) {
                System.out.println(Json.write(bench.figures));
            }
        } finally {
            bench.clear();
            Files.delete(directory);
        }
    }

    private static String option(List<String> arguments, String name, String otherwise) {
        int at = arguments.indexOf(name);
        if (at < 0 || at + 1 == arguments.size()) {
            return otherwise;
        }
        arguments.remove(at);
        return arguments.remove(at);
    }

    private static Actor actor(String name, long writesPerMinute) {
        AgentName agent = new AgentName(name);
        return new Actor(agent, 1, "", Actor.ownSpace(agent), Actor.ownSpace(agent), Long.MAX_VALUE, writesPerMinute);
    }

    /** One operation of one client, the i-th. */
    @FunctionalInterface
    private interface Operation {
        void run(Random random, int i) throws Exception;
    }

    private void store(int nodes) throws Exception {
        Path file = directory.resolve("memory.db");
        try (SqliteMemory memory = SqliteMemory.open(file, System::nanoTime)) {
            parallel(FILLERS, client -> {
                Random random = new Random(client);
                for (int from = client * BATCH; from < nodes; from += FILLERS * BATCH) {
                    List<Put> batch = new ArrayList<>();
                    for (int i = from; i < Math.min(nodes, from + BATCH); i++) {
                        batch.add(Put.of(key(i), new JsonPrimitive(text(random))));
                    }
                    memory.write(ACTOR, batch);
                }
            });
            memory.committer().change(writes -> writes.lastSeq());
            size("ctxgraph", nodes, file);
            for (int clients : CLIENTS) {
                measure("ctxgraph get", nodes, clients, (random, i) -> memory.get(ACTOR, key(random.nextInt(nodes))));
            }
            String[] queries = {"kalomi", "kalomi neruti", "kalo*"};
            for (String query : queries) {
                measure(
                        "ctxgraph search " + query,
                        nodes,
                        1,
                        (random, i) -> memory.search(ACTOR, Query.of(query, "", 20)));
            }
            for (int clients : CLIENTS) {
                measure(
                        "ctxgraph put",
                        nodes,
                        clients,
                        (random, i) ->
                                memory.put(ACTOR, Put.of(key(random.nextInt(nodes)), new JsonPrimitive(text(random)))));
            }
        }
        clear();
    }

    private void sqlite(int nodes) throws Exception {
        Path file = directory.resolve("raw.db");
        try (Sql writer = Sql.open(file);
                Readers readers = Readers.open(file, CLIENTS[CLIENTS.length - 1])) {
            writer.execute("CREATE TABLE kv (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT");
            Random random = new Random(1);
            for (int from = 0; from < nodes; from += 10_000) {
                writer.execute("BEGIN IMMEDIATE");
                for (int i = from; i < Math.min(nodes, from + 10_000); i++) {
                    writer.update("INSERT INTO kv (key, value) VALUES (?, ?)", key(i).text(), text(random));
                }
                writer.execute("COMMIT");
            }
            size("sqlite", nodes, file);
            for (int clients : CLIENTS) {
                measure(
                        "sqlite get",
                        nodes,
                        clients,
                        (at, i) -> readers.read(sql -> sql.first(
                                "SELECT value FROM kv WHERE key = ?",
                                row -> row.getString(1),
                                key(at.nextInt(nodes)).text())));
            }
            for (int clients : CLIENTS) {
                measure("sqlite put", nodes, clients, (at, i) -> replace(writer, key(at.nextInt(nodes)), text(at)));
            }
        }
        clear();
    }

    private static void replace(Sql writer, MemoryKey key, String text) throws SQLException {
        // As several programs do it: each its own transaction, one after the other.
        synchronized (writer) {
            writer.update("REPLACE INTO kv (key, value) VALUES (?, ?)", key.text(), text);
        }
    }

    private void redis(int nodes) throws Exception {
        if (redisPort == 0) {
            return;
        }
        try (RespClient client = new RespClient(redisPort)) {
            if (!client.call("CONFIG", "GET", "appendfsync").contains("always")
                    || !client.call("CONFIG", "GET", "appendonly").contains("yes")) {
                throw new IOException("redis must run with appendonly yes and appendfsync always");
            }
            client.call("FLUSHALL");
            Random random = new Random(1);
            for (int from = 0; from < nodes; from += 1_000) {
                List<String> words = new ArrayList<>(List.of("MSET"));
                for (int i = from; i < Math.min(nodes, from + 1_000); i++) {
                    words.add(key(i).text());
                    words.add(text(random));
                }
                client.call(words.toArray(String[]::new));
            }
        }
        for (int clients : CLIENTS) {
            List<RespClient> open = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                open.add(new RespClient(redisPort));
            }
            measure(
                    "redis get",
                    nodes,
                    clients,
                    (random, i) ->
                            open.get(i).call("GET", key(random.nextInt(nodes)).text()));
            measure(
                    "redis put",
                    nodes,
                    clients,
                    (random, i) ->
                            open.get(i).call("SET", key(random.nextInt(nodes)).text(), text(random)));
            for (RespClient client : open) {
                client.close();
            }
        }
    }

    /** One agent's latency alone, and beside one that keeps writing beyond its quota. */
    private void neighbour() throws Exception {
        Actor good = actor("good", Long.MAX_VALUE);
        Actor bad = actor("bad", 60);
        try (SqliteMemory memory = SqliteMemory.open(directory.resolve("memory.db"), System::nanoTime);
                ExecutorService pool = Executors.newFixedThreadPool(2)) {
            Operation put = (random, i) -> memory.put(
                    good, Put.of(new MemoryKey("good/k" + random.nextInt(100)), new JsonPrimitive(text(random))));
            measure("put, alone", 100, 1, put);
            int refusedAtLast = 0;
            while (refusedAtLast == 0) {
                refusedAtLast = exceed(memory, bad);
            }
            AtomicBoolean over = new AtomicBoolean();
            List<Future<Long>> noise = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                noise.add(pool.submit(() -> {
                    long refused = 0;
                    while (!over.get()) {
                        refused += exceed(memory, bad);
                    }
                    return refused;
                }));
            }
            measure("put, beside an agent beyond its quota", 100, 1, put);
            over.set(true);
            for (Future<Long> one : noise) {
                if (one.get() == 0) {
                    throw new IllegalStateException("the noisy agent was never refused");
                }
            }
        }
        clear();
    }

    private static int exceed(SqliteMemory memory, Actor bad) throws RpcException {
        try {
            memory.put(bad, Put.of(new MemoryKey("bad/k"), new JsonPrimitive("x")));
            return 0;
        } catch (RpcException e) {
            if (!e.detail().equals("QUOTA_RATE")) {
                throw e;
            }
            return 1;
        }
    }

    @FunctionalInterface
    private interface Client {
        void run(int number) throws Exception;
    }

    private static void parallel(int clients, Client work) throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(clients)) {
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                int number = i;
                all.add(pool.submit(() -> {
                    work.run(number);
                    return true;
                }));
            }
            for (Future<Boolean> one : all) {
                one.get();
            }
        }
    }

    private void measure(String what, int nodes, int clients, Operation operation) throws Exception {
        long[][] latencies = new long[clients][];
        run(clients, latencies, operation, Math.min(1, seconds));
        long beganNanos = System.nanoTime();
        run(clients, latencies, operation, seconds);
        double took = (System.nanoTime() - beganNanos) / 1e9;
        long[] all =
                Arrays.stream(latencies).flatMapToLong(Arrays::stream).sorted().toArray();
        JsonObject figure = new JsonObject();
        figure.addProperty("what", what);
        figure.addProperty("nodes", nodes);
        figure.addProperty("clients", clients);
        figure.addProperty("per_s", Math.round(all.length / took));
        figure.addProperty("p50_us", all[all.length / 2] / 1_000);
        figure.addProperty("p99_us", all[(int) Math.min(all.length - 1, all.length * 99L / 100)] / 1_000);
        tell(figure);
    }

    private static void run(int clients, long[][] latencies, Operation operation, long seconds) throws Exception {
        parallel(clients, client -> {
            Random random = new Random(client);
            long[] mine = new long[1 << 10];
            int count = 0;
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            while (count == 0 || System.nanoTime() < end) {
                long before = System.nanoTime();
                operation.run(random, client);
                if (count == mine.length) {
                    mine = Arrays.copyOf(mine, count * 2);
                }
                mine[count++] = System.nanoTime() - before;
            }
            latencies[client] = Arrays.copyOf(mine, count);
        });
    }

    private void size(String what, int nodes, Path file) throws Exception {
        try (Sql sql = Sql.open(file)) {
            sql.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        JsonObject figure = new JsonObject();
        figure.addProperty("what", what + " on disk");
        figure.addProperty("nodes", nodes);
        figure.addProperty("bytes_per_node", Files.size(file) / nodes);
        tell(figure);
    }

    private void tell(JsonObject figure) {
        figures.add(figure);
        if (!json) {
            System.out.println(Json.write(figure));
        }
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
