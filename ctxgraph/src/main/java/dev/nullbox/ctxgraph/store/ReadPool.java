package dev.nullbox.ctxgraph.store;

import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Pool of read-only connections, each for one thread at a time; they see what is committed and never wait for the
 * writer. The one that was used last is used next: its cache is warm, and those that are not needed stay small.
 */
public final class ReadPool implements AutoCloseable {
    private static final long WAIT_SECONDS = 10;

    private final List<Sql> all = new ArrayList<>();
    private final ConcurrentLinkedDeque<Sql> free = new ConcurrentLinkedDeque<>();

    /** As many as are free; fair, so that who waits gets one before who comes. */
    private final Semaphore permits;

    private ReadPool(int count) {
        this.permits = new Semaphore(count, true);
    }

    /** Read of the tables. */
    @FunctionalInterface
    public interface Reading<T> {
        T read(Sql sql) throws SQLException, RpcException;
    }

    public static ReadPool open(Path file, int count) throws SQLException {
        ReadPool readers = new ReadPool(count);
        try {
            for (int i = 0; i < count; i++) {
                Sql sql = Sql.open(file);
                readers.all.add(sql);
                readers.free.push(sql);
            }
            return readers;
        } catch (SQLException e) {
            readers.close();
            throw e;
        }
    }

    /**
     * Runs a read on a connection of the pool.
     *
     * @throws RpcException the reading's own; UNAVAILABLE, STORE
     */
    public <T> T read(Reading<T> reading) throws RpcException {
        await();
        return permitted(reading);
    }

    /** The same unless all connections are in use; empty then. */
    public <T> Optional<T> tryRead(Reading<T> reading) throws RpcException {
        return permits.tryAcquire() ? Optional.of(permitted(reading)) : Optional.empty();
    }

    private <T> T permitted(Reading<T> reading) throws RpcException {
        Sql sql = free.pop();
        try {
            return reading.read(sql);
        } catch (SQLException e) {
            throw Committer.unavailable(e);
        } finally {
            free.push(sql);
            permits.release();
        }
    }

    private void await() throws RpcException {
        try {
            if (!permits.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new RpcException(
                        MemoryReason.STORE,
                        "other readers took all " + all.size() + " connections for " + WAIT_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RpcException(MemoryReason.STORE, "stopped before it was read");
        }
    }

    @Override
    public void close() throws SQLException {
        for (Sql sql : all) {
            sql.close();
        }
    }
}
