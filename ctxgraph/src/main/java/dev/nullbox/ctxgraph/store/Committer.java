package dev.nullbox.ctxgraph.store;

import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The single writing thread. It commits whatever waits as one transaction (group commit), so that concurrent writers
 * share one sync of the disk; none is answered before that. When a transaction fails, its writes are retried one by
 * one, so that only the faulty one fails.
 */
public final class Committer implements AutoCloseable {
    private static final int QUEUE = 512;
    private static final int MAX_BATCH = 128;
    private static final long WAIT_SECONDS = 30;

    /** Most deferred writes that wait; also the most that are committed without a write that takes them along. */
    private static final int MAX_DEFERRED = 8_192;

    private static final int MANY_DEFERRED = 1_024;
    private static final long POLL_MS = 50;
    private static final long DEFERRED_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Change of the tables in a transaction; may throw RpcException only before it has changed anything. */
    @FunctionalInterface
    public interface Change<T> {
        T apply(WriteTransaction writes) throws SQLException, RpcException;
    }

    private final ArrayBlockingQueue<PendingWrite<?>> queue = new ArrayBlockingQueue<>(QUEUE, true);
    private final ArrayBlockingQueue<PendingWrite<?>> deferred = new ArrayBlockingQueue<>(MAX_DEFERRED, true);

    /** Deferred writes whose transaction failed, first in the next one. Only for the writing thread. */
    private final List<PendingWrite<?>> retries = new ArrayList<>();

    private final WriteTransaction writes;
    private final LongConsumer committed;
    private final Thread thread;
    private volatile boolean closing;
    private volatile int retryCount;

    private Committer(WriteTransaction writes, LongConsumer committed) {
        this.writes = writes;
        this.committed = committed;
        this.thread = new Thread(this::run, "memory-writer");
    }

    /**
     * Starts the thread.
     *
     * @param committed gets the last sequence number after each commit, before the writers are answered
     */
    static Committer start(WriteTransaction writes, LongConsumer committed) {
        Committer committer = new Committer(writes, committed);
        committer.thread.start();
        return committer;
    }

    /**
     * Makes a change; it is on disk when this returns.
     *
     * @throws RpcException the change's own; UNAVAILABLE, STORE; TIMEOUT when the outcome is not known
     */
    public <T> T change(Change<T> change) throws RpcException {
        PendingWrite<T> ticket = new PendingWrite<>(change);
        offer(queue, ticket);
        try {
            return ticket.done.get(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new RpcException(
                    ErrorKind.TIMEOUT,
                    MemoryReason.STORE,
                    "not on disk within " + WAIT_SECONDS + " s; it may still take effect",
                    "");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RpcException refusal) {
                throw refusal;
            }
            throw new IllegalStateException("a change of the store failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RpcException(MemoryReason.STORE, "stopped before it was known to be on disk");
        }
    }

    /**
     * Defers a change to the next transaction, within a second or so, without waiting for it. It is made before all
     * changes that are requested later; when the disk fails, it is retried with each transaction until it succeeds.
     *
     * @throws RpcException UNAVAILABLE, STORE when too many wait; then it is not made
     */
    void submit(Change<?> change) throws RpcException {
        if (retryCount >= MAX_DEFERRED) {
            throw new RpcException(
                    MemoryReason.STORE,
                    "reads of runs cannot be recorded, as the disk fails: " + MAX_DEFERRED + " wait");
        }
        offer(deferred, new PendingWrite<>(change));
    }

    private void offer(ArrayBlockingQueue<PendingWrite<?>> to, PendingWrite<?> ticket) throws RpcException {
        try {
            if (closing || !to.offer(ticket, WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new RpcException(MemoryReason.STORE, closing ? "memory is being closed" : "too many writes wait");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RpcException(MemoryReason.STORE, "stopped before it was written");
        }
    }

    private void run() {
        List<PendingWrite<?>> batch = new ArrayList<>(MAX_BATCH);
        long lastNanos = System.nanoTime();
        while (!closing || !queue.isEmpty() || !deferred.isEmpty()) {
            try {
                PendingWrite<?> first =
                        queue.poll(deferred.size() > MANY_DEFERRED ? 0 : POLL_MS, TimeUnit.MILLISECONDS);
                List<PendingWrite<?>> taken = new ArrayList<>();
                if (first != null) {
                    taken.add(first);
                    queue.drainTo(taken, MAX_BATCH - 1);
                }
                boolean due =
                        System.nanoTime() - lastNanos > DEFERRED_NANOS || deferred.size() > MANY_DEFERRED || closing;
                if (first != null || due) {
                    // Taken after the writes and made before them: no write overtakes a deferred one that was there
                    // first.
                    batch.addAll(retries);
                    deferred.drainTo(batch);
                    lastNanos = System.nanoTime();
                }
                List<PendingWrite<?>> noted = List.copyOf(batch);
                batch.addAll(taken);
                if (!batch.isEmpty()) {
                    commit(batch);
                    retries.clear();
                    noted.stream().filter(PendingWrite::isToBeTriedAgain).forEach(retries::add);
                    retryCount = retries.size();
                }
            } catch (InterruptedException e) {
                closing = true;
            } finally {
                batch.forEach(PendingWrite::finish);
                batch.clear();
            }
        }
    }

    private void commit(List<PendingWrite<?>> batch) {
        Optional<SQLException> failure = attempt(batch);
        if (failure.isPresent() && batch.size() > 1) {
            for (PendingWrite<?> one : batch) {
                attempt(List.of(one)).ifPresent(one::fail);
            }
        } else if (failure.isPresent()) {
            batch.getFirst().fail(failure.get());
        }
        committed.accept(writes.lastSeq());
    }

    private Optional<SQLException> attempt(List<PendingWrite<?>> batch) {
        Sql sql = writes.sql();
        try {
            // Begun by hand: the driver's own transactions begin anew at each commit and so hold the lock for ever.
            sql.execute("BEGIN IMMEDIATE");
            for (PendingWrite<?> one : batch) {
                one.run(writes);
            }
            writes.mergeIndex();
            sql.execute("COMMIT");
            return Optional.empty();
        } catch (SQLException e) {
            rollBack(sql, e);
            return Optional.of(e);
        }
    }

    private void rollBack(Sql sql, SQLException cause) {
        try {
            sql.execute("ROLLBACK");
        } catch (SQLException e) {
            // SQLite rolls back by itself after some failures, such as a full disk; then there is nothing to end.
            cause.addSuppressed(e);
        }
        try {
            writes.reload();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /** Commits what waits, then ends. */
    @Override
    public void close() {
        closing = true;
        boolean interrupted = false;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Change that waits for its commit. */
    private static final class PendingWrite<T> {
        private final Change<T> change;
        private final CompletableFuture<T> done = new CompletableFuture<>();
        private @Nullable T result;
        private @Nullable Exception failure;

        PendingWrite(Change<T> change) {
            this.change = change;
        }

        void run(WriteTransaction writes) throws SQLException {
            // Possibly the second attempt: what the first left behind was rolled back.
            failure = null;
            try {
                result = change.apply(writes);
            } catch (RpcException e) {
                failure = e;
            } catch (RuntimeException e) {
                failure = e;
                throw new SQLException("an internal error of the service: " + e, e);
            }
        }

        /** Fails the write for a failure of the disk; an error of the code is thrown on. */
        void fail(SQLException e) {
            if (!(failure instanceof RuntimeException)) {
                failure = unavailable(e);
            }
        }

        /** Tells whether the disk failed, so that a retry may succeed. */
        boolean isToBeTriedAgain() {
            return failure instanceof RpcException refusal && refusal.kind() == ErrorKind.UNAVAILABLE;
        }

        void finish() {
            if (failure != null) {
                done.completeExceptionally(failure);
            } else {
                done.complete(result);
            }
        }
    }

    /** The refusal for a failed disk or a damaged database. */
    public static RpcException unavailable(SQLException e) {
        return new RpcException(MemoryReason.STORE, "the database failed: " + e.getMessage());
    }
}
