package dev.nullbox.ctxgraph.http;

import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Event streams of one agent's listener, each in a thread of its own, so that one that is read slowly delays no other.
 * They end after an hour.
 */
public final class HttpStreams implements AutoCloseable {
    /** Streams open at once at one listener. */
    static final int MAX = 8;

    private static final Duration LIFE = Duration.ofHours(1);
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    private static final int AGAIN_MS = 1_000;
    private static final int CLOSE_TIMEOUT_MS = 1_000;

    private final ThreadPoolExecutor threads;
    private final Set<Open> open = new HashSet<>();
    private boolean closed;

    /** Source of a stream's events; every method runs in the stream's thread. */
    public interface EventSource {
        /** Writes what the stream begins with. */
        void begin(SseStream out, long position) throws IOException;

        /** Writes what has changed; false when nothing had to be written. */
        boolean onChange(SseStream out, List<Memory.Head> changes, long position) throws IOException;

        /** Writes what the stream ends with, to a client that still listens. */
        void end(SseStream out) throws IOException;
    }

    /** Stream that is open. */
    public final class Open {
        private final HttpRequestContext call;
        private final Memory.Watch watch;
        private final EventSource feed;
        private volatile boolean ended;

        private Open(HttpRequestContext call, Memory.Watch watch, EventSource feed) {
            this.call = call;
            this.watch = watch;
            this.feed = feed;
        }

        /** Ends the stream soon. */
        public void end() {
            ended = true;
            watch.close();
        }

        private void run() {
            try (SseStream out = call.stream()) {
                feed.begin(out, watch.position());
                follow(out);
                feed.end(out);
                out.retry(AGAIN_MS);
            } catch (IOException e) {
                // The client has gone, which is how most streams end: there is nobody to report it to.
                ended = true;
            } catch (RpcException | RuntimeException e) {
                RpcObserver.toStandardError().crashed("a stream of events", e);
            } finally {
                watch.close();
                call.close();
                remove(this);
            }
        }

        private void follow(SseStream out) throws IOException, RpcException {
            long begun = System.nanoTime();
            long said = begun;
            while (!ended && System.nanoTime() - begun < LIFE.toNanos()) {
                List<Memory.Head> changes = watch.next(HEARTBEAT);
                if (!changes.isEmpty() && feed.onChange(out, changes, watch.position())) {
                    said = System.nanoTime();
                } else if (System.nanoTime() - said >= HEARTBEAT.toNanos()) {
                    out.heartbeat();
                    said = System.nanoTime();
                }
            }
        }
    }

    HttpStreams(String name) {
        // The set of open streams is the bound: a thread that has left it may still be on its way out.
        threads = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                10,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().name(name).daemon().factory());
    }

    /**
     * Begins a stream as the answer to a call, and owns call and watch from then on.
     *
     * @throws RpcException UNAVAILABLE, TOO_MANY_STREAMS at the limit of streams; the watch is closed then
     */
    public Open begin(HttpRequestContext call, Memory.Watch watch, EventSource feed) throws RpcException {
        Open stream = new Open(call, watch, feed);
        synchronized (this) {
            if (!closed && open.size() < MAX) {
                open.add(stream);
                threads.execute(stream::run);
                return stream;
            }
        }
        watch.close();
        throw new RpcException(
                MemoryReason.TOO_MANY_STREAMS,
                "this agent has " + MAX + " streams of events open already: close one, or ask again later");
    }

    private synchronized void remove(Open stream) {
        open.remove(stream);
    }

    /** Ends all streams, gives each time to send its end, and opens no more. */
    @Override
    public void close() {
        List<Open> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(open);
        }
        left.forEach(Open::end);
        threads.shutdown();
        try {
            threads.awaitTermination(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
