package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.memory.CommitPosition;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Thread that keeps the {@link TextIndex} behind the log, so that no write waits for it. It begins at most {@link
 * #DELAY_NANOS} after a commit, or at once when a search waits, and indexes what was written until then in batches, in
 * the order of the log. A damaged index is built anew.
 */
final class TextIndexer implements AutoCloseable {
    /** Delay that gathers a batch. */
    private static final long DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** Longest wait of a search for the index, as long as other requests wait for their turn. */
    private static final long SEARCH_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOSE_MS = TimeUnit.SECONDS.toMillis(10);

    private final Path database;
    private final CommitPosition end;
    private final Thread thread;

    /** Index that each connection has attached. */
    private final Map<Sql, Integer> attached = new ConcurrentHashMap<>();

    private volatile boolean closing;
    private volatile boolean parked;
    private volatile boolean unchecked = true;

    /** Searches that wait. */
    private final AtomicInteger searches = new AtomicInteger();

    /** Number of the index that is open, which differs from that of one before. */
    private final AtomicInteger generation = new AtomicInteger();

    /** Guarded by this, like the two below. */
    private long position = -1;

    private int failures;
    private String failure = "";

    private TextIndexer(Path database, CommitPosition end) {
        this.database = database;
        this.end = end;
        this.thread = new Thread(this::run, "memory-texts");
    }

    /**
     * Starts the thread.
     *
     * @param end the last entry of the log that is committed
     */
    static TextIndexer start(Path database, CommitPosition end) {
        TextIndexer indexer = new TextIndexer(database, end);
        indexer.thread.start();
        return indexer;
    }

    /** Tells the thread that there has been a commit. */
    void committed() {
        if (parked) {
            LockSupport.unpark(thread);
        }
    }

    /** Attaches the index to a connection of the database, to be called after {@link #await}. */
    void attach(Sql sql) throws SQLException {
        int present = generation.get();
        Integer has = attached.get(sql);
        if (has == null || has != present) {
            if (has != null) {
                attached.remove(sql);
                sql.execute("DETACH " + TextIndex.ATTACHED);
            }
            sql.update(
                    "ATTACH ? AS " + TextIndex.ATTACHED,
                    TextIndex.file(database).toString());
            attached.put(sql, present);
        }
    }

    /** Has the index checked, and built anew if it is damaged: a search failed. */
    void recheck() {
        unchecked = true;
        LockSupport.unpark(thread);
    }

    /**
     * Waits until everything that is committed now is indexed.
     *
     * @throws RpcException UNAVAILABLE, BUSY when that takes too long; UNAVAILABLE, STORE when the index fails
     */
    synchronized void await() throws RpcException {
        long wanted = end.get();
        if (position >= wanted) {
            return;
        }
        long untilNanos = System.nanoTime() + SEARCH_NANOS;
        int failed = failures;
        searches.incrementAndGet();
        try {
            LockSupport.unpark(thread);
            while (position < wanted) {
                long leftNanos = untilNanos - System.nanoTime();
                if (failures != failed) {
                    throw new RpcException(MemoryReason.STORE, "the full-text index failed: " + failure);
                }
                if (leftNanos <= 0 || closing) {
                    throw new RpcException(
                            MemoryReason.BUSY, "the full-text index is behind the last writes: try again");
                }
                TimeUnit.NANOSECONDS.timedWait(this, leftNanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RpcException(MemoryReason.STORE, "stopped before it was found");
        } finally {
            searches.decrementAndGet();
        }
    }

    private void run() {
        @Nullable TextIndex index = null;
        while (!closing) {
            try {
                if (index == null) {
                    index = TextIndex.open(database);
                    generation.incrementAndGet();
                }
                work(index);
            } catch (SQLException e) {
                failed(e);
                index = closed(index);
                if (Sql.isDamage(e)) {
                    unchecked = false;
                    index = anew(e);
                }
                LockSupport.parkNanos(this, RETRY_NANOS);
            }
        }
        closed(index);
    }

    /** Indexes what is committed now, then waits for more. */
    private void work(TextIndex index) throws SQLException {
        long last = end.get();
        boolean more = true;
        while (!closing && more && index.position() < last) {
            more = index.step();
            moveTo(index.position());
        }
        if (!closing) {
            // Numbers that a restore skips are no entries of the log.
            moveTo(Math.max(index.position(), last));
        }
        if (unchecked && !closing) {
            unchecked = false;
            if (!index.isSound()) {
                throw TextIndex.damage("its pages are inconsistent");
            }
        }
        parked = true;
        if (end.get() <= last && !unchecked && searches.get() == 0 && !closing) {
            LockSupport.park(this);
        }
        parked = false;
        long untilNanos = System.nanoTime() + DELAY_NANOS;
        while (searches.get() == 0 && !closing && untilNanos - System.nanoTime() > 0) {
            LockSupport.parkNanos(this, untilNanos - System.nanoTime());
        }
    }

    private @Nullable TextIndex anew(SQLException damage) {
        try {
            TextIndex index = TextIndex.anew(database, "it is damaged: " + damage.getMessage());
            generation.incrementAndGet();
            return index;
        } catch (SQLException e) {
            failed(e);
            return null;
        }
    }

    private static @Nullable TextIndex closed(@Nullable TextIndex index) {
        if (index != null) {
            try {
                index.close();
            } catch (SQLException e) {
                System.err.println("ctxgraph: the full-text index did not close: " + e.getMessage());
            }
        }
        return null;
    }

    private synchronized void moveTo(long indexed) {
        position = indexed;
        notifyAll();
    }

    private synchronized void failed(SQLException e) {
        position = -1;
        failures++;
        failure = String.valueOf(e.getMessage());
        notifyAll();
    }

    /** Ends the thread after its present batch. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
