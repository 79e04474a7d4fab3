package dev.nullbox.cage.exec;

import dev.nullbox.cage.guest.ProgramSession;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.protocol.guest.GuestProtocol;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Programs that operators run, by id, beside agents or as runs of theirs. Bounded for each agent and in total; one
 * without a reader for a minute is closed, as its operator is gone. For any thread.
 */
public final class ExecSessions {
    /** Programs of all agents at once. */
    public static final int MAX_SESSIONS = 128;

    private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final Duration LOOK = Duration.ofSeconds(5);

    private static final class Entry {
        private final String agent;
        private final ProgramSession session;
        private final Runnable after;
        private long usedAt;

        Entry(String agent, ProgramSession session, Runnable after, long usedAt) {
            this.agent = agent;
            this.session = session;
            this.after = after;
            this.usedAt = usedAt;
        }
    }

    /** Starter of a session; runs without a lock, as it takes time. */
    @FunctionalInterface
    public interface Starter {
        ProgramSession start() throws IOException, RpcException;
    }

    private final LongSupplier nanos;
    private final Map<String, Entry> entries = new HashMap<>();
    /** Reservations for sessions that are being made, by agent. */
    private final List<String> reserved = new ArrayList<>();

    /** @param nanos as {@link System#nanoTime} */
    ExecSessions(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Sessions of this process, with a thread that closes those without a reader. */
    public static ExecSessions start() {
        ExecSessions sessions = new ExecSessions(System::nanoTime);
        Thread.ofPlatform().daemon().name("cage-exec-idle").start(sessions::watch);
        return sessions;
    }

    private void watch() {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
                closeIdle();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes sessions without a reader for a minute. */
    void closeIdle() {
        List<Entry> idle = new ArrayList<>();
        synchronized (this) {
            long now = nanos.getAsLong();
            entries.values().removeIf(entry -> {
                boolean isIdle = now - entry.usedAt > IDLE_NANOS;
                if (isIdle) {
                    idle.add(entry);
                }
                return isIdle;
            });
        }
        idle.forEach(ExecSessions::close);
    }

    private static void close(Entry entry) {
        try {
            entry.session.close();
        } catch (IOException e) {
            System.err.println("cage: a program's connection was not closed well: " + e.getMessage());
        } finally {
            entry.after.run();
        }
    }

    /** Begins a session after which nothing is to be done, as {@link #begin(String, Starter, Runnable)}. */
    public String begin(String agent, Starter starter) throws RpcException {
        return begin(agent, starter, () -> {});
    }

    /**
     * Begins a session; returns its id.
     *
     * @param after what is done once it is closed, or was not begun
     * @throws RpcException EXEC_LIMIT when there are too many; EXEC_FAILED when the guest refuses it
     */
    public String begin(String agent, Starter starter, Runnable after) throws RpcException {
        reserve(agent);
        boolean isBegun = false;
        try {
            ProgramSession session = starter.start();
            String id = UUID.randomUUID().toString();
            synchronized (this) {
                entries.put(id, new Entry(agent, session, after, nanos.getAsLong()));
            }
            isBegun = true;
            return id;
        } catch (IOException e) {
            throw new RpcException(AgentReason.EXEC_FAILED, "it was not run: " + e.getMessage());
        } finally {
            synchronized (this) {
                reserved.remove(agent);
            }
            if (!isBegun) {
                after.run();
            }
        }
    }

    private synchronized void reserve(String agent) throws RpcException {
        long own = entries.values().stream()
                        .filter(entry -> entry.agent.equals(agent))
                        .count()
                + reserved.stream().filter(agent::equals).count();
        if (own >= GuestProtocol.MAX_STREAMS || entries.size() + reserved.size() >= MAX_SESSIONS) {
            throw new RpcException(
                    AgentReason.EXEC_LIMIT,
                    own + " programs run in " + agent + " and " + entries.size() + " in all; there may be "
                            + GuestProtocol.MAX_STREAMS + " and " + MAX_SESSIONS);
        }
        reserved.add(agent);
    }

    /** The session of the id. */
    public synchronized ProgramSession find(String id) throws RpcException {
        Entry entry = entries.get(id);
        if (entry == null) {
            throw unknown();
        }
        return entry.session;
    }

    /** The session of the id, for its reader, whose call keeps it open. */
    public synchronized ProgramSession findForReader(String id) throws RpcException {
        ProgramSession found = find(id);
        entries.computeIfPresent(id, (_, entry) -> {
            entry.usedAt = nanos.getAsLong();
            return entry;
        });
        return found;
    }

    /** Ends a session. */
    public void end(String id) throws RpcException {
        Entry entry;
        synchronized (this) {
            entry = entries.remove(id);
        }
        if (entry == null) {
            throw unknown();
        }
        close(entry);
    }

    private static RpcException unknown() {
        return new RpcException(
                AgentReason.EXEC_UNKNOWN,
                "no such program runs; it was closed, or had no reader for a minute",
                AgentContract.EXEC.name());
    }
}
