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
 * Queue of agents' output for their rings, bounded for each and for all: a guaranteed part of each agent cannot be used
 * by another. Adding never waits for a disk. For any thread.
 */
final class OutputQueue {
    /** Most bytes of one agent. */
    static final int MAX_AGENT_BYTES = 4 << 20;
    /** Most bytes of all agents, beyond which each has its guaranteed part only. */
    static final int MAX_BYTES = 12 << 20;
    /** Guaranteed bytes of an agent, whatever the others use. */
    static final int LEAST_BYTES = 128 << 10;
    /** Bytes of one write, after which their space is free again. */
    private static final int BATCH_BYTES = 256 << 10;
    /** Bytes that are counted for a chunk in addition to its own. */
    private static final int CHUNK_OVERHEAD = 128;

    /**
     * Output as received.
     *
     * @param bytes not changed any more
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
     * @param size the bytes that it is counted as
     * @param lost bytes that came after it and were lost
     */
    record Batch(AgentName agent, List<Chunk> chunks, long size, Loss lost) {}

    /** Bytes that were lost, of the latest run that lost some. */
    record Loss(long bytes, long run, long millis) {
        static final Loss NONE = new Loss(0, 0, 0);
    }

    /** Queued output of one agent. */
    private static final class Waiting {
        private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
        private long bytes;
        private Loss lost = Loss.NONE;

        /** The first chunks; a loss after the last one is part of them. */
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

    /** Adds output, or counts it as lost. */
    synchronized void offer(AgentName agent, long run, LogStream stream, byte[] bytes) {
        Waiting own = waiting.computeIfAbsent(agent, _ -> new Waiting());
        long now = millis.getAsLong();
        Chunk chunk = new Chunk(run, stream, now, bytes, false);
        long size = chunk.size();
        long had = own.bytes + (writing.filter(agent::equals).isPresent() ? writingBytes : 0);
        // Output after a loss is lost too until the loss is written, so that the count stands in its place.
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

    /** Records that a run has ended: its unfinished line ends. */
    synchronized void end(AgentName agent, long run) {
        Waiting own = waiting.computeIfAbsent(agent, _ -> new Waiting());
        Chunk end = new Chunk(run, LogStream.NOTE, millis.getAsLong(), new byte[0], true);
        own.chunks.add(end);
        own.bytes += end.size();
        allBytes += end.size();
        notifyAll();
    }

    /** The oldest batch, for the writer; absent at the timeout. The batch before is written by then. */
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

    /** Waits until all earlier output of an agent is written; false at the timeout. */
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
