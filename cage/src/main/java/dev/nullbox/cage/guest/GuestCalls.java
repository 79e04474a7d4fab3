package dev.nullbox.cage.guest;

import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestCall;
import dev.nullbox.protocol.guest.GuestOp;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Calls on one control connection that wait for their answers, which its reader hands over. For any thread. */
final class GuestCalls {
    private final FrameChannel channel;
    private final AtomicInteger lastId = new AtomicInteger();
    private final Map<Integer, CompletableFuture<GuestCall>> pending = new ConcurrentHashMap<>();

    GuestCalls(FrameChannel channel) {
        this.channel = channel;
    }

    /** Hands an answer over; one without a waiting call is dropped. */
    void answered(GuestCall answer) {
        CompletableFuture<GuestCall> waiting = pending.remove(answer.id());
        if (waiting != null) {
            waiting.complete(answer);
        }
    }

    /** Fails all waiting calls: no answer comes any more. */
    void fail(String why) {
        pending.values().forEach(call -> call.completeExceptionally(new IOException(why)));
    }

    /** The guest's refusal, escaped; empty on success. */
    Optional<String> call(GuestOp op, GuestCall.Fields fields, Duration limit) throws IOException {
        int id = lastId.incrementAndGet();
        CompletableFuture<GuestCall> answer = new CompletableFuture<>();
        pending.put(id, answer);
        try {
            channel.write(new GuestCall(op, id, fields).frame(FrameKind.CALL));
            return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS).error().map(TerminalText::escaped);
        } catch (TimeoutException e) {
            throw new IOException("the guest did not answer " + op + " within " + limit.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the guest was asked for " + op, e);
        } finally {
            pending.remove(id);
        }
    }

    /** @throws IOException also when the guest refuses */
    void command(GuestOp op, GuestCall.Fields fields, Duration limit) throws IOException {
        Optional<String> refusal = call(op, fields, limit);
        if (refusal.isPresent()) {
            throw new IOException("the guest refused " + op + ": " + refusal.get());
        }
    }
}
