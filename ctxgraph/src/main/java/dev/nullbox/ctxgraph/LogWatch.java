package dev.nullbox.ctxgraph;

import dev.nullbox.rpc.RpcException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A place in the log that moves on: nothing is kept for a slow reader, and nothing is lost by it. */
final class LogWatch implements Memory.Watch {
    private static final int MAX_ENTRIES = 100;

    private final Readers readers;
    private final Position end;
    private final Actor actor;
    private final String prefix;
    private volatile long position;
    private volatile boolean closed;

    LogWatch(Readers readers, Position end, Actor actor, String prefix, long after) {
        this.readers = readers;
        this.end = end;
        this.actor = actor;
        this.prefix = prefix;
        this.position = Math.min(after, end.get());
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
        List<Memory.Head> entries = readers.read(sql -> Reads.log(sql, position, MAX_ENTRIES));
        List<Memory.Head> mine = new ArrayList<>();
        for (Memory.Head entry : entries) {
            if (entry.key().text().startsWith(prefix) && actor.mayRead(entry.key())) {
                mine.add(entry);
            }
        }
        if (!entries.isEmpty()) {
            position = entries.getLast().seq();
        }
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
