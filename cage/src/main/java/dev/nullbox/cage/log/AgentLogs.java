package dev.nullbox.cage.log;

import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.service.PrivateDirectory;
import dev.nullbox.service.RateLimitedLog;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Rings of all agents, by name; they outlive runs, restarts of cage, and agents that are removed without their disks.
 * Together they keep within a bound: when agents ask for more, each has an equal part. For any thread.
 */
public final class AgentLogs {
    /**
     * Interval of writing: a killed process loses the output of so long at most; a line without an end is shown after
     * it.
     */
    private static final Duration FLUSH = Duration.ofSeconds(1);
    /** Longest wait of a reader for output that was written before its request. */
    private static final Duration WRITTEN = Duration.ofSeconds(5);

    private static final Duration TRIM = Duration.ofMinutes(10);

    private final Path root;
    private final long room;
    private final LongSupplier millis;
    private final OutputQueue queue;
    private final Map<AgentName, AgentLog> rings = new TreeMap<>();
    private final Map<AgentName, AgentLog.Bounds> stated = new HashMap<>();
    /** Used by the writer alone. */
    private final Map<Source, LineCutter> cutters = new HashMap<>();

    private record Source(AgentName agent, long run, LogStream stream) {}

    private AgentLogs(Path root, long room, LongSupplier millis) {
        this.root = root;
        this.room = room;
        this.millis = millis;
        this.queue = new OutputQueue(millis);
    }

    /**
     * Opens the rings below a directory, created if missing.
     *
     * @param room most bytes of all rings
     * @param millis since 1970 UTC
     */
    public static AgentLogs open(Path root, long room, LongSupplier millis) throws IOException {
        AgentLogs logs = new AgentLogs(PrivateDirectory.ensure(root), room, millis);
        try (DirectoryStream<Path> found = Files.newDirectoryStream(root)) {
            for (Path directory : found) {
                AgentName.find(String.valueOf(directory.getFileName()))
                        .ifPresent(agent -> logs.bound(agent, AgentLog.Bounds.USUAL));
            }
        }
        Thread.ofPlatform().daemon().name("cage-logs").start(logs::write);
        return logs;
    }

    /** Gives an agent's ring, created if missing, the bounds in its AGENT.toml. */
    public synchronized void bound(AgentName agent, AgentLog.Bounds bounds) {
        stated.put(agent, bounds);
        if (!rings.containsKey(agent)) {
            rings.put(agent, AgentLog.open(root.resolve(agent.value()), part(bounds, rings.size() + 1), millis));
        }
        rings.forEach((name, ring) -> ring.bound(part(stated.getOrDefault(name, bounds), rings.size())));
    }

    private AgentLog.Bounds part(AgentLog.Bounds bounds, int count) {
        return new AgentLog.Bounds(Math.min(bounds.bytes(), room / count), bounds.age());
    }

    /** The ring of an agent. */
    public synchronized Optional<AgentLog> find(AgentName agent) {
        return Optional.ofNullable(rings.get(agent));
    }

    /** Takes output of a run, or counts it as lost; never waits for a disk. The bytes must not change any more. */
    public void offer(AgentName agent, long run, LogStream stream, byte[] bytes) {
        queue.offer(agent, run, stream, bytes);
    }

    /** Records that a run has ended. */
    public void end(AgentName agent, long run) {
        queue.end(agent, run);
    }

    /** Waits, not for long, until the agent's earlier output is in its ring. */
    public void awaitWritten(AgentName agent) throws InterruptedException {
        var _ = queue.awaitWritten(agent, WRITTEN);
    }

    /** Removes an agent's ring. */
    public synchronized void forget(AgentName agent) throws IOException {
        AgentLog ring = rings.remove(agent);
        stated.remove(agent);
        if (ring != null) {
            ring.remove();
        }
    }

    private synchronized List<AgentLog> all() {
        return List.copyOf(rings.values());
    }

    private void write() {
        long flushed = millis.getAsLong();
        long trimmed = flushed;
        try {
            while (true) {
                queue.take(FLUSH).ifPresent(this::write);
                long now = millis.getAsLong();
                if (now - flushed >= FLUSH.toMillis() || now < flushed) {
                    flushed = now;
                    flush(now);
                }
                if (now - trimmed >= TRIM.toMillis() || now < trimmed) {
                    trimmed = now;
                    all().forEach(AgentLog::trimOld);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void flush(long now) {
        for (LineCutter cutter : cutters.values()) {
            if (cutter.begunMillis() <= now - FLUSH.toMillis()) {
                cutter.flush();
            }
        }
        all().forEach(AgentLog::flush);
    }

    /** Writes a batch. A bug costs this batch, and not the output of all agents from then on. */
    private void write(OutputQueue.Batch batch) {
        try {
            put(batch);
        } catch (RuntimeException e) {
            System.err.println("cage: output of " + batch.agent() + " was lost by a bug: " + RateLimitedLog.bug(e));
        }
    }

    private void put(OutputQueue.Batch batch) {
        AgentLog ring = find(batch.agent()).orElse(null);
        if (ring == null) {
            cutters.keySet().removeIf(source -> source.agent().equals(batch.agent()));
            return;
        }
        for (OutputQueue.Chunk chunk : batch.chunks()) {
            if (chunk.isEnd()) {
                finish(batch.agent(), chunk.run());
            } else {
                cutters.computeIfAbsent(
                                new Source(batch.agent(), chunk.run(), chunk.stream()),
                                source -> new LineCutter(source.run(), source.stream(), ring::add))
                        .feed(chunk.millis(), chunk.bytes());
            }
        }
        OutputQueue.Loss lost = batch.lost();
        if (lost.bytes() > 0) {
            flush(batch.agent(), lost.run());
            ring.add(LogLine.note(
                    lost.millis(),
                    lost.run(),
                    lost.bytes() + " bytes of output were lost here: more came than could be written"));
        }
        ring.flush();
    }

    private void flush(AgentName agent, long run) {
        cutters.forEach((source, cutter) -> {
            if (source.agent().equals(agent) && source.run() == run) {
                cutter.flush();
            }
        });
    }

    private void finish(AgentName agent, long run) {
        Iterator<Map.Entry<Source, LineCutter>> sources = cutters.entrySet().iterator();
        while (sources.hasNext()) {
            Map.Entry<Source, LineCutter> source = sources.next();
            if (source.getKey().agent().equals(agent) && source.getKey().run() == run) {
                source.getValue().flush();
                sources.remove();
            }
        }
    }
}
