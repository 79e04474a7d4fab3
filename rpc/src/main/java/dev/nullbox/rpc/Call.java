package dev.nullbox.rpc;

import com.google.gson.JsonElement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A request line with its caller, deadline and state; decoded on first use. */
final class Call {
    private enum State {
        QUEUED,
        RUNNING,
        ABANDONED
    }

    private final byte[] line;
    private final Caller caller;
    private final long beganNanos = System.nanoTime();
    private final Runnable shortened;
    private volatile long limitNanos;
    private final AtomicReference<State> state = new AtomicReference<>(State.QUEUED);
    private volatile JsonRpcCodec.@Nullable Incoming decoded;

    /**
     * @param limit total time from arrival to response
     * @param shortened runs when the method's own deadline is shorter
     */
    Call(byte[] line, Caller caller, Duration limit, Runnable shortened) {
        this.line = line;
        this.caller = caller;
        this.limitNanos = limit.toNanos();
        this.shortened = shortened;
    }

    Caller caller() {
        return caller;
    }

    /** Deadline, in {@link System#nanoTime} terms. */
    long deadlineNanos() {
        return beganNanos + limitNanos;
    }

    /** Time from arrival to response. */
    long limitNanos() {
        return limitNanos;
    }

    /** Shortens the call's time to its method's deadline. */
    void limit(Duration deadline) {
        if (deadline.toNanos() < limitNanos) {
            limitNanos = deadline.toNanos();
            shortened.run();
        }
    }

    /** Marks the call as running; false when its deadline passed in the queue. */
    boolean begin() {
        return state.compareAndSet(State.QUEUED, State.RUNNING);
    }

    /** Marks a call as queued that was begun on the selector's thread and is to be run by a worker. */
    void requeue() {
        state.set(State.QUEUED);
    }

    /** Cancels the call; false when it runs already. */
    boolean abandon() {
        return state.compareAndSet(State.QUEUED, State.ABANDONED);
    }

    /** The request; decoding is pure, so doing it twice at once is harmless. */
    JsonRpcCodec.Incoming request() {
        JsonRpcCodec.Incoming known = decoded;
        if (known == null) {
            known = JsonRpcCodec.decodeHostRequest(line);
            decoded = known;
        }
        return known;
    }

    /** The response with this error; empty for a notification. */
    Optional<byte[]> failure(RpcException error) {
        Optional<JsonElement> id = switch (request()) {
            case JsonRpcCodec.Request request -> request.id();
            case JsonRpcCodec.Malformed malformed -> Optional.of(malformed.id());
        };
        return id.map(known -> JsonRpcCodec.encodeError(known, error));
    }
}
