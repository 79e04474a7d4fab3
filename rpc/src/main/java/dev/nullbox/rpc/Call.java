package dev.nullbox.rpc;

import com.google.gson.JsonElement;
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
    private final long deadlineNanos;
    private final AtomicReference<State> state = new AtomicReference<>(State.QUEUED);
    private volatile JsonRpcCodec.@Nullable Incoming decoded;

    /**
     * @param deadlineNanos in {@link System#nanoTime} terms
     */
    Call(byte[] line, Caller caller, long deadlineNanos) {
        this.line = line;
        this.caller = caller;
        this.deadlineNanos = deadlineNanos;
    }

    Caller caller() {
        return caller;
    }

    long deadlineNanos() {
        return deadlineNanos;
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
            known = JsonRpcCodec.decodeRequest(line);
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
