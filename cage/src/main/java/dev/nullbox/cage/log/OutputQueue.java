package dev.nullbox.cage.log;

import dev.nullbox.protocol.id.AgentName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Output of agents on its way to their rings, bounded for each and for all: what one agent may always have, no other takes
 * from it. Giving away never waits for a disk. For any thread.
 */
final class OutputQueue {
    /** Of one agent. */
    static final int MAX_AGENT_BYTES = 4 << 20;
    /** Of all agents, beyond which each has its least. */
    static final int MAX_BYTES = 12 << 20;
    /** What an agent may have however much others have. */
    static final int LEAST_BYTES = 128 << 10;
    /** What is written at once: its room is free for more then. */
    private static final int BATCH_BYTES = 256 << 10;
    /** Beside the bytes of a chunk. */
    private static final int CHUNK_OVERHEAD = 128;

    /**
     * Output as it came.
     *
     * @param bytes nobody changes them any more
     * @param isEnd whether it is the last of its run
     */
    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    record Chunk(long run, LogStream stream, long millis, byte[] bytes, boolean isEnd) {
        private long size() {
            return (long) bytes.length + CHUNK_OVERHEAD;
        }
    }

    /**
     * Output of one agent, in order.
     *
     * @param size what it counts for
     * @param lost bytes that came after it and were not taken
     */
    record Batch(AgentName agent, List<Chunk> chunks, long size, Loss lost) {}

    /** Bytes that were lost, of the latest run that lost some. */
    record Loss(long bytes, long run, long millis) {
        static final Loss NONE = new Loss(0, 0, 0);
    }

    /** What waits of one agent. */
    private static final class Waiting {
        private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
        private long bytes;
        private Loss lost = Loss.NONE;

        /** The first chunks; what was lost after the last one goes with that. */
        private Batch take(AgentName agent) {
            List<Chunk> taken = new ArrayList<>();
            long size = 0;
            while (!chunks.isEmpty() && size < BATCH_BYTES) {
                Chunk next = chunks.remove();
                taken.add(next);
                size += next.size();
            }
            bytes -= size;
            return new Batch(agent, taken, size, chunks.isEmpty() ? lost : Loss.NONE);
        }
    }

    private final LongSupplier millis;
    private final Map<AgentName, Waiting> waiting = new LinkedHashMap<>();
    private Optional<AgentName> writing = Optional.empty();
    private long writingBytes;
    private long allBytes;

    OutputQueue(LongSupplier millis) {
        this.millis = millis;
    }

    /** Takes output, or counts it as lost. */
    synchronized void offer(AgentName agent, long run, LogStream stream, byte[] bytes) {
        Waiting own = waiting.computeIfAbsent(agent, _ -> new Waiting());
        long now = millis.getAsLong();
        Chunk chunk = new Chunk(run, stream, now, bytes, false);
        long size = chunk.size();
        long had = own.bytes + (writing.filter(agent::equals).isPresent() ? writingBytes : 0);
        // What follows lost output is lost until that is written, so that the count stands in its place.
        boolean isTaken = own.lost.bytes() == 0
                && had + size <= MAX_AGENT_BYTES
                && (allBytes + size <= MAX_BYTES || had + size <= LEAST_BYTES);
        if (isTaken) {
            own.chunks.add(chunk);
            own.bytes += size;
            allBytes += size;
        } else {
            own.lost = new Loss(own.lost.bytes() + bytes.length, run, now);
        }
        notifyAll();
    }

    /** Notes that a run has ended: what it left of a line is one. */
    synchronized void end(AgentName agent, long run) {
        Waiting own = waiting.computeIfAbsent(agent, _ -> new Waiting());
        Chunk end = new Chunk(run, LogStream.NOTE, millis.getAsLong(), new byte[0], true);
        own.chunks.add(end);
        own.bytes += end.size();
        allBytes += end.size();
        notifyAll();
    }

    /** What waits longest, for the writer; absent when there is nothing for so long. The one before is written then. */
    synchronized Optional<Batch> take(Duration limit) throws InterruptedException {
        allBytes -= writingBytes;
        writingBytes = 0;
        writing = Optional.empty();
        notifyAll();
        long deadline = System.nanoTime() + limit.toNanos();
        while (waiting.isEmpty()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return Optional.empty();
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        Map.Entry<AgentName, Waiting> first = waiting.entrySet().iterator().next();
        AgentName agent = first.getKey();
        Waiting own = first.getValue();
        waiting.remove(agent);
        Batch batch = own.take(agent);
        if (!own.chunks.isEmpty()) {
            waiting.put(agent, own);
        }
        writing = Optional.of(agent);
        writingBytes = batch.size();
        return Optional.of(batch);
    }

    /** Waits until all that an agent said before is written; false when the time is up first. */
    synchronized boolean awaitWritten(AgentName agent, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (waiting.containsKey(agent) || writing.filter(agent::equals).isPresent()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }
}
