package dev.nullbox.ctxgraph.store;

import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Pool of read-only connections, each for one thread at a time; they see what is committed and never wait for the
 * writer.
 */
public final class ReadPool implements AutoCloseable {
    private static final long WAIT_SECONDS = 10;

    private final List<Sql> all = new ArrayList<>();
    private final ArrayBlockingQueue<Sql> free;

    private ReadPool(int count) {
        this.free = new ArrayBlockingQueue<>(count, true);
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
                readers.free.add(sql);
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
        Sql sql = take();
        try {
            return reading.read(sql);
        } catch (SQLException e) {
            throw Committer.unavailable(e);
        } finally {
            free.add(sql);
        }
    }

    private Sql take() throws RpcException {
        try {
            Sql sql = free.poll(WAIT_SECONDS, TimeUnit.SECONDS);
            if (sql == null) {
                throw new RpcException(
                        MemoryReason.STORE,
                        "other readers took all " + all.size() + " connections for " + WAIT_SECONDS + " s");
            }
            return sql;
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
