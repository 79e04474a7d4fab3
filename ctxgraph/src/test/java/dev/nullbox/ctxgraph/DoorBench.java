package dev.nullbox.ctxgraph;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What agents get through their doors, over HTTP on connections that stay: round trips of the Model Context Protocol, and
 * how long a write takes while another agent keeps writing beyond its quota.
 */
final class DoorBench {
    private static final int ROUNDS = 5;
    private static final double ROUND_SECONDS = 2;
    private static final double MOST_TIMES = 2;
    private static final int NOISY_CLIENTS = HttpDoor.THREADS;

    private final Path directory;
    private final List<AutoCloseable> open = new ArrayList<>();

    DoorBench(Path directory) {
        this.directory = directory;
    }

    /** Whether the bound holds. */
    boolean run() throws Exception {
        HttpDoor.setBounds();
        TestMemory memory = new TestMemory(directory);
        open.add(memory);
        try {
            McpRoundTrips.ours(door(memory, "caller", Long.MAX_VALUE));
            return neighbour(door(memory, "good", Long.MAX_VALUE), door(memory, "bad", 60));
        } finally {
            for (AutoCloseable one : open.reversed()) {
                one.close();
            }
        }
    }

    private int door(TestMemory memory, String name, long writesPerMinute) throws IOException {
        AgentName agent = new AgentName(name);
        Actor actor =
                new Actor(agent, 1, "", Actor.ownSpace(agent), Actor.ownSpace(agent), Long.MAX_VALUE, writesPerMinute);
        HttpDoor door = HttpDoor.open(actor, RawHttp.LOOPBACK, 0, memory.service());
        open.add(door);
        return door.address().getPort();
    }

    /** In turns, so that what else the machine does weighs on both. */
    private static boolean neighbour(int good, int bad) throws Exception {
        List<Double> alone = new ArrayList<>();
        List<Double> beside = new ArrayList<>();
        try (RawHttp http = new RawHttp(good)) {
            BenchLoad.Operation write = (random, i) -> {
                if (put(http, "k" + random.nextInt(100)).status() != 200) {
                    throw new IllegalStateException("an agent within its quota was refused");
                }
            };
            for (int round = 0; round < ROUNDS; round++) {
                alone.add(BenchLoad.measure(1, ROUND_SECONDS, write).p99Ms());
                try (Noise _ = new Noise(bad)) {
                    beside.add(BenchLoad.measure(1, ROUND_SECONDS, write).p99Ms());
                }
            }
        }
        double ratio = median(beside) / median(alone);
        BenchLoad.say("", "neighbour_put_p99_ms", median(beside));
        BenchLoad.say("alone", "neighbour_put_p99_ms", median(alone));
        BenchLoad.say("", "neighbour_put_p99_ratio", ratio);
        BenchLoad.say("bound", "neighbour_put_p99_ratio", MOST_TIMES);
        return ratio <= MOST_TIMES;
    }

    private static RawHttp.Answer put(RawHttp http, String key) throws IOException {
        http.send(
                "POST",
                "/rpc",
                List.of(),
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"memory.put\",\"params\":{\"key\":\"" + key
                        + "\",\"value\":\"a value of some length\"}}");
        return http.answer();
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /** An agent that writes as fast as its door lets it, whatever the answer. */
    private static final class Noise implements AutoCloseable {
        private final AtomicBoolean over = new AtomicBoolean();
        private final ExecutorService pool = Executors.newFixedThreadPool(NOISY_CLIENTS);
        private final List<Future<Integer>> clients = new ArrayList<>();

        /** Has used up its quota when this returns. */
        Noise(int port) throws Exception {
            try (RawHttp http = new RawHttp(port)) {
                while (!refused(put(http, "k"))) {
                    // one more of the minute's worth is gone
                }
            }
            for (int i = 0; i < NOISY_CLIENTS; i++) {
                clients.add(pool.submit(() -> {
                    int refused = 0;
                    try (RawHttp http = new RawHttp(port)) {
                        while (!over.get()) {
                            refused += refused(put(http, "k")) ? 1 : 0;
                        }
                    }
                    return refused;
                }));
            }
        }

        private static boolean refused(RawHttp.Answer answer) {
            return answer.body().contains("QUOTA_RATE");
        }

        @Override
        public void close() {
            over.set(true);
            pool.close();
            if (clients.stream().anyMatch(client -> client.resultNow() == 0)) {
                throw new IllegalStateException("the noisy agent was never refused");
            }
        }
    }
}
