package dev.nullbox.ctxgraph.mcp;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Sessions of one agent. At the limit the least recently used one is evicted; its client then begins a new one. */
final class McpSessions implements AutoCloseable {
    /** Sessions at once, at one listener. */
    static final int MAX = 32;

    static final Duration IDLE = Duration.ofHours(2);
    private static final int ID_BYTES = 16;

    private final LongSupplier nanoTime;
    private final SecureRandom random = new SecureRandom();
    /** Least recently used first. */
    private final Map<String, McpSession> sessions = new LinkedHashMap<>(MAX, 0.75f, true);

    McpSessions(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Begins a session with an unguessable id. */
    synchronized McpSession begin(McpVersion version) {
        long now = nanoTime.getAsLong();
        Iterator<McpSession> oldestFirst = sessions.values().iterator();
        while (oldestFirst.hasNext()) {
            McpSession oldest = oldestFirst.next();
            if (sessions.size() < MAX && now - oldest.used() < IDLE.toNanos()) {
                break;
            }
            oldestFirst.remove();
            oldest.end();
        }
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        McpSession session = new McpSession(HexFormat.of().formatHex(id), version, now);
        sessions.put(session.id(), session);
        return session;
    }

    /** The session of this id, which counts as used; nothing when it has ended. */
    synchronized Optional<McpSession> find(String id) {
        long now = nanoTime.getAsLong();
        Optional<McpSession> session = Optional.ofNullable(sessions.get(id));
        if (session.isPresent() && now - session.get().used() >= IDLE.toNanos()) {
            end(id);
            return Optional.empty();
        }
        session.ifPresent(found -> found.touch(now));
        return session;
    }

    /** Ends a session; false when there was none. */
    synchronized boolean end(String id) {
        McpSession session = sessions.remove(id);
        if (session == null) {
            return false;
        }
        session.end();
        return true;
    }

    @Override
    public synchronized void close() {
        sessions.values().forEach(McpSession::end);
        sessions.clear();
    }
}
