package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.memory.CommitPosition;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.time.Duration;
import java.util.List;

/**
 * Position in the log that moves on: nothing is kept for a slow reader, and it loses nothing. A look reads a bounded
 * part of the log, then returns the connection.
 */
final class LogWatch implements Memory.Watch {
    private static final int MAX_ENTRIES = 100;
    private static final int MAX_LOOK = 10_000;

    private final ReadPool readers;
    private final CommitPosition end;
    private final List<KeyRanges.Range> ranges;
    private volatile long position;
    private volatile boolean closed;

    /**
     * @throws RpcException CONFLICT, AHEAD for a number that the log has not reached, or had reached only before a
     *     restore
     */
    LogWatch(ReadPool readers, CommitPosition end, Principal principal, String prefix, long after) throws RpcException {
        this.readers = readers;
        this.end = end;
        this.ranges = KeyRanges.of(principal, prefix);
        long last = end.get();
        if (after != Long.MAX_VALUE && (after > last || isLost(readers, after))) {
            throw new RpcException(
                    MemoryReason.AHEAD,
                    "after: there is no write " + after
                            + ": an older state was restored; read anew what you need, and watch from " + last,
                    MemoryContract.AFTER.name());
        }
        this.position = Math.min(after, last);
    }

    /** Tells whether the number lies between a restored backup's last one and the first after it. */
    private static boolean isLost(ReadPool readers, long after) throws RpcException {
        return readers.read(sql -> sql.number(
                        "SELECT count(*) FROM floor WHERE ? < seq AND ? >"
                                + " coalesce((SELECT max(log.seq) FROM log WHERE log.seq < floor.seq), 0)",
                        after,
                        after))
                > 0;
    }

    @Override
    public List<Memory.Head> next(Duration wait) throws RpcException {
        long untilNanos = System.nanoTime() + wait.toNanos();
        while (!closed && end.await(position, untilNanos, () -> closed)) {
            List<Memory.Head> mine = look();
            if (!mine.isEmpty()) {
                return mine;
            }
        }
        return List.of();
    }

    private List<Memory.Head> look() throws RpcException {
        long to = Math.min(end.get(), position + MAX_LOOK);
        List<Memory.Head> mine =
                ranges.isEmpty() ? List.of() : readers.read(sql -> Queries.log(sql, ranges, position, to, MAX_ENTRIES));
        position = mine.size() == MAX_ENTRIES ? mine.getLast().seq() : to;
        return mine;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void close() {
        closed = true;
        end.wake();
    }
}
