package dev.nullbox.ctxgraph.store;

import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Group commit: changes that wait are committed together as one transaction and share one sync of the disk; none is
 * answered before that. The thread whose change waits first commits for all, so that a change needs no other thread.
 * When a transaction fails, its changes are retried one by one, so that only the faulty one fails.
 */
public final class Committer implements AutoCloseable {
    private static final int QUEUE = 512;
    private static final int MAX_BATCH = 128;
    private static final long WAIT_SECONDS = 30;

    /** Most deferred changes that wait; also the most that are committed without another change that takes them along. */
    private static final int MAX_DEFERRED = 8_192;

    private static final int MANY_DEFERRED = 1_024;
    private static final long DEFERRED_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Change of the tables in a transaction; may throw RpcException only before it has changed anything. */
    @FunctionalInterface
    public interface Change<T> {
        T apply(WriteTransaction writes) throws SQLException, RpcException;
    }

    private final ArrayBlockingQueue<PendingWrite<?>> queue = new ArrayBlockingQueue<>(QUEUE, true);
    private final ArrayBlockingQueue<PendingWrite<?>> deferred = new ArrayBlockingQueue<>(MAX_DEFERRED, true);

    /** Deferred changes whose transaction failed, first in the next one. Only for the thread that commits. */
    private final List<PendingWrite<?>> retries = new ArrayList<>();

    /** Held by the thread that commits. */
    private final ReentrantLock committing = new ReentrantLock();

    private final WriteTransaction writes;
    private final LongConsumer committed;

    /** Commits deferred changes that no other change takes along. */
    private final Thread thread;

    private volatile boolean closing;
    private volatile boolean parked;
    private volatile int retryCount;

    private Committer(WriteTransaction writes, LongConsumer committed) {
        this.writes = writes;
        this.committed = committed;
        this.thread = new Thread(this::commitDeferred, "memory-writer");
    }

    /**
     * Starts the thread for deferred changes.
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
        PendingWrite<T> ticket = new PendingWrite<>(change, Thread.currentThread());
        offer(queue, ticket);
        long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (!ticket.isDone()) {
            if (committing.tryLock()) {
                commitNext();
            } else if (untilNanos - System.nanoTime() <= 0 || Thread.interrupted()) {
                // In this order: another thread may have been woken to commit by this ticket.
                boolean withdrawn = queue.remove(ticket);
                wakeNext();
                throw givenUp(withdrawn, untilNanos);
            } else {
                LockSupport.parkNanos(this, untilNanos - System.nanoTime());
            }
        }
        return ticket.result();
    }

    private static RpcException givenUp(boolean withdrawn, long untilNanos) {
        if (untilNanos - System.nanoTime() > 0) {
            Thread.currentThread().interrupt();
            return new RpcException(
                    MemoryReason.STORE,
                    withdrawn ? "stopped before it was written" : "stopped before it was known to be on disk");
        }
        return new RpcException(
                ErrorKind.TIMEOUT,
                MemoryReason.STORE,
                "not on disk within " + WAIT_SECONDS + " s; "
                        + (withdrawn ? "it was not begun" : "it may still take effect"),
                "");
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
        offer(deferred, new PendingWrite<>(change, null));
        if (parked || deferred.size() > MANY_DEFERRED) {
            LockSupport.unpark(thread);
        }
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

    private void commitDeferred() {
        while (!closing) {
            parked = deferred.isEmpty() && retryCount == 0;
            if (parked && deferred.isEmpty() && !closing) {
                LockSupport.park(this);
            }
            parked = false;
            long untilNanos = System.nanoTime() + DEFERRED_NANOS;
            while (!closing && deferred.size() <= MANY_DEFERRED && untilNanos - System.nanoTime() > 0) {
                LockSupport.parkNanos(this, untilNanos - System.nanoTime());
            }
            if (!deferred.isEmpty() || retryCount > 0) {
                committing.lock();
                commitNext();
            }
        }
    }

    /** Commits what waits as one transaction; takes over the lock, and releases it before the writers are woken. */
    private void commitNext() {
        List<PendingWrite<?>> batch = new ArrayList<>();
        try {
            List<PendingWrite<?>> taken = new ArrayList<>();
            queue.drainTo(taken, MAX_BATCH);
            // Taken after the writes and made before them: no write overtakes a deferred one that was there first.
            batch.addAll(retries);
            deferred.drainTo(batch);
            List<PendingWrite<?>> noted = List.copyOf(batch);
            batch.addAll(taken);
            if (!batch.isEmpty()) {
                commit(batch);
                retries.clear();
                noted.stream().filter(PendingWrite::isToBeTriedAgain).forEach(retries::add);
                retryCount = retries.size();
            }
        } catch (RuntimeException | Error e) {
            batch.forEach(one -> one.crash(e));
            throw e;
        } finally {
            committing.unlock();
            wakeNext();
            batch.forEach(PendingWrite::finish);
        }
    }

    /** Wakes the thread that waits longest, so that it commits unless another does. */
    private void wakeNext() {
        PendingWrite<?> next = queue.peek();
        if (next != null) {
            next.wake();
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
            sql.update("BEGIN IMMEDIATE");
            for (PendingWrite<?> one : batch) {
                one.run(writes);
            }
            writes.beforeCommit();
            sql.update("COMMIT");
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
        LockSupport.unpark(thread);
        boolean interrupted = false;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
            do {
                if (!committing.tryLock(WAIT_SECONDS, TimeUnit.SECONDS)) {
                    break;
                }
                commitNext();
            } while (!queue.isEmpty());
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
        private final @Nullable Thread waiting;
        private @Nullable T result;
        private @Nullable Exception failure;
        private volatile boolean done;

        /** @param waiting the thread that is woken when the change is done, or to commit; null for a deferred change */
        PendingWrite(Change<T> change, @Nullable Thread waiting) {
            this.change = change;
            this.waiting = waiting;
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

        /** Fails the write for a failure of the thread that committed it. */
        void crash(Throwable cause) {
            failure = new IllegalStateException("the commit failed", cause);
        }

        /** Tells whether the disk failed, so that a retry may succeed. */
        boolean isToBeTriedAgain() {
            return failure instanceof RpcException refusal && refusal.kind() == ErrorKind.UNAVAILABLE;
        }

        void finish() {
            done = true;
            if (waiting != Thread.currentThread()) {
                wake();
            }
        }

        void wake() {
            LockSupport.unpark(waiting);
        }

        boolean isDone() {
            return done;
        }

        @SuppressWarnings("NullAway") // set by run, unless there is a failure; a change's own result may be null
        T result() throws RpcException {
            if (failure instanceof RpcException refusal) {
                throw refusal;
            }
            if (failure != null) {
                throw new IllegalStateException("a change of the store failed", failure);
            }
            return result;
        }
    }

    /** The refusal for a failed disk or a damaged database. */
    public static RpcException unavailable(SQLException e) {
        return new RpcException(MemoryReason.STORE, "the database failed: " + e.getMessage());
    }
}
