package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.MemoryEvents;
import dev.nullbox.service.EventSink;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Check of everything stored, begun at each start in the background. Reads are served meanwhile: each read checks what
 * it returns.
 */
public final class IntegrityCheck implements AutoCloseable {
    private static final int PAGE = 256;
    private static final int MAX_PROBLEMS = 1_000;
    private static final long CLOSE_SECONDS = 10;

    private final Path database;
    private final EventSink events;
    private final Thread thread;
    private volatile boolean closing;
    private volatile List<String> found = List.of();
    private volatile boolean done;

    private IntegrityCheck(Path database, EventSink events) {
        this.database = database;
        this.events = events;
        this.thread = new Thread(this::run, "memory-check");
    }

    public static IntegrityCheck start(Path database, EventSink events) {
        IntegrityCheck check = new IntegrityCheck(database, events);
        check.thread.setDaemon(true);
        check.thread.start();
        return check;
    }

    /** Tells whether everything has been checked. */
    public boolean done() {
        return done;
    }

    /** The damage found, one line each; grows until {@link #done}. */
    public List<String> found() {
        return found;
    }

    private void run() {
        long beginNanos = System.nanoTime();
        try (Sql sql = Sql.open(database)) {
            found = problems(sql, () -> closing);
        } catch (SQLException e) {
            found = List.of("the check itself: " + e.getMessage());
        }
        if (!closing) {
            found.forEach(problem -> events.emit(MemoryEvents.DAMAGE_FOUND, AgentContract.PROBLEM.is(problem)));
            events.emit(
                    MemoryEvents.CHECKED,
                    MemoryEvents.DAMAGED.is((long) found.size()),
                    Fields.MS.is(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beginNanos)));
        }
        done = true;
    }

    /**
     * Everything that differs from what was written: {@code "node ID"}, {@code "chunk ID"}, or SQLite's own message.
     */
    static List<String> problems(Sql sql, BooleanSupplier stop) throws SQLException {
        List<String> problems = new ArrayList<>();
        try {
            // Tables, indexes by their order, and the full-text index.
            sql.each("PRAGMA quick_check(20)", row -> {
                String line = row.getString(1);
                if (!line.equals("ok")) {
                    problems.add(line);
                }
                return !stop.getAsBoolean();
            });
        } catch (SQLException e) {
            requireDamage(e);
            problems.add("tables: " + e.getMessage());
        }
        look(sql, "nodes", "n, id, content", PAGE, problems, stop);
        look(sql, "chunks", "c, id, data", PAGE / 64, problems, stop);
        return List.copyOf(problems);
    }

    /** Tells whether the problem concerns the bytes of one node or chunk, while the tables around it are sound. */
    static boolean isContent(String problem) {
        int space = problem.indexOf(' ');
        return (problem.startsWith("node ") || problem.startsWith("chunk "))
                && NodeId.isId(problem.substring(space + 1));
    }

    private static void look(
            Sql sql, String table, String columns, int page, List<String> problems, BooleanSupplier stop)
            throws SQLException {
        String number = columns.substring(0, 1);
        String what = table.substring(0, table.length() - 1);
        String some = "SELECT " + columns + " FROM " + table + " WHERE " + number + " > ? AND " + number + " <= ?";
        long last;
        try {
            last = sql.number("SELECT max(" + number + ") FROM " + table);
        } catch (SQLException e) {
            requireDamage(e);
            problems.add("table " + table + ": " + e.getMessage());
            return;
        }
        // Page by page: a reader that stays in one transaction would keep the write-ahead log from being reused.
        for (long from = 0; from < last && !stop.getAsBoolean() && problems.size() < MAX_PROBLEMS; from += page) {
            try {
                problems.addAll(unsound(sql, some, what, from, from + page));
            } catch (SQLException whole) {
                requireDamage(whole);
                for (long one = from; one < Math.min(last, from + page); one++) {
                    try {
                        problems.addAll(unsound(sql, some, what, one, one + 1));
                    } catch (SQLException e) {
                        requireDamage(e);
                        problems.add("row " + (one + 1) + " of " + table + ": " + e.getMessage());
                    }
                }
            }
        }
    }

    private static List<String> unsound(Sql sql, String some, String what, long after, long to) throws SQLException {
        List<String> problems = new ArrayList<>();
        sql.each(
                some,
                row -> {
                    byte[] id = row.getBytes(2);
                    if (id == null || id.length != NodeId.LENGTH_BYTES) {
                        problems.add("row " + row.getLong(1) + " of " + what + "s: its id is none");
                    } else if (!new Queries.Stored(NodeId.ofBytes(id), 0, row.getBytes(3)).sound()) {
                        problems.add(what + " " + NodeId.ofBytes(id));
                    }
                    return true;
                },
                after,
                to);
        return problems;
    }

    /** Rethrows a failure that is no damage, as a disk that does not answer: it says nothing about the rest. */
    private static void requireDamage(SQLException e) throws SQLException {
        if (!Sql.isDamage(e)) {
            throw e;
        }
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
