package dev.nullbox.rpc;

import com.google.gson.JsonElement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One line on its way through the server; decoded by whoever needs it first. */
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
     * @param limit for the call in all
     * @param shortened runs when the call's method has less time than that
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

    /** When the time is up, in {@link System#nanoTime} terms. */
    long deadlineNanos() {
        return beganNanos + limitNanos;
    }

    /** How long the call may take in all. */
    long limitNanos() {
        return limitNanos;
    }

    /** Gives the call no more time than its method has. */
    void limit(Duration deadline) {
        if (deadline.toNanos() < limitNanos) {
            limitNanos = deadline.toNanos();
            shortened.run();
        }
    }

    /** Whether the call may run: not when its deadline passed in the queue. */
    boolean begin() {
        return state.compareAndSet(State.QUEUED, State.RUNNING);
    }

    /** Keeps the call from running if it does not run yet. */
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

    /** The answer with this error, or none for a notification. */
    Optional<byte[]> failure(RpcException error) {
        Optional<JsonElement> id = switch (request()) {
            case JsonRpcCodec.Request request -> request.id();
            case JsonRpcCodec.Malformed malformed -> Optional.of(malformed.id());
        };
        return id.map(known -> JsonRpcCodec.encodeError(known, error));
    }
}
