package dev.nullbox.ctxgraph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Clients that do one thing over and over, and how long each time took. */
final class BenchLoad {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private BenchLoad() {}

    /** Something that one of the clients does once. */
    @FunctionalInterface
    interface Operation {
        void run(Random random, int client) throws Exception;
    }

    /** Work of one client, from its beginning to its end. */
    @FunctionalInterface
    interface Client {
        void run(int number) throws Exception;
    }

    /** Rate of all clients together in a second, and the time of each call. */
    record Times(double perSecond, double p50Ms, double p99Ms) {
        /** Prints the three, as figures "WHO:NAME_per_second.QUALIFIER" and so on; {@code who} is empty for our own. */
        void say(String who, String name, String qualifier) {
            BenchLoad.say(who, name + "_per_second" + qualifier, perSecond);
            BenchLoad.say(who, name + "_p50_ms" + qualifier, p50Ms);
            BenchLoad.say(who, name + "_p99_ms" + qualifier, p99Ms);
        }
    }

    /** Prints one figure as {@code ./nullbox bench} reads it. */
    static void say(String who, String figure, double value) {
        System.out.printf("%s%s %.3f%n", who.isEmpty() ? "" : who + ":", figure, value);
    }

    /** Operation to be measured, and under which name; {@code who} is empty for our own. */
    record Candidate(String who, String name, Operation operation) {}

    /**
     * Measures several operations in turns, so that what else the machine does weighs on all, and prints the figures of
     * each: only their ratios mean something on a machine that is shared. Before it, half a second of each that does not
     * count.
     */
    static void beside(int clients, double seconds, int rounds, String qualifier, List<Candidate> candidates)
            throws Exception {
        for (Candidate one : candidates) {
            run(clients, new long[clients][], one.operation(), seconds / 2);
        }
        List<List<long[]>> nanos =
                candidates.stream().<List<long[]>>map(_ -> new ArrayList<>()).toList();
        double[] took = new double[candidates.size()];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < candidates.size(); i++) {
                long[][] mine = new long[clients][];
                long began = System.nanoTime();
                run(clients, mine, candidates.get(i).operation(), seconds);
                took[i] += (System.nanoTime() - began) / NANOS_PER_SECOND;
                nanos.get(i).addAll(Arrays.asList(mine));
            }
        }
        for (int i = 0; i < candidates.size(); i++) {
            Candidate one = candidates.get(i);
            times(nanos.get(i), took[i]).say(one.who(), one.name(), qualifier);
        }
    }

    private static Times times(List<long[]> nanos, double took) {
        long[] all = nanos.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return new Times(
                all.length / took,
                all[all.length / 2] / NANOS_PER_MILLI,
                all[(int) (all.length * 99L / 100)] / NANOS_PER_MILLI);
    }

    /** After a second that does not count. */
    static Times measure(int clients, double seconds, Operation operation) throws Exception {
        long[][] nanos = new long[clients][];
        run(clients, nanos, operation, Math.min(1, seconds));
        long began = System.nanoTime();
        run(clients, nanos, operation, seconds);
        double took = (System.nanoTime() - began) / NANOS_PER_SECOND;
        return times(Arrays.asList(nanos), took);
    }

    private static void run(int clients, long[][] nanos, Operation operation, double seconds) throws Exception {
        parallel(clients, client -> {
            Random random = new Random(client);
            long[] mine = new long[1 << 10];
            int count = 0;
            long end = System.nanoTime() + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
            while (count == 0 || System.nanoTime() - end < 0) {
                long before = System.nanoTime();
                operation.run(random, client);
                if (count == mine.length) {
                    mine = Arrays.copyOf(mine, count * 2);
                }
                mine[count++] = System.nanoTime() - before;
            }
            nanos[client] = Arrays.copyOf(mine, count);
        });
    }

    /** Runs all clients side by side, to the end of the last. */
    static void parallel(int clients, Client work) throws Exception {
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
}
