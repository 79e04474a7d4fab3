package dev.nullbox.cage.guest;

import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestOp;
import dev.nullbox.protocol.guest.GuestTag;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** The control connection of a guest's init: calls to it, and its heartbeat, which must not fail. */
final class GuestControl {
    /** Longest silence of a guest: it sends a heartbeat every two seconds. */
    static final Duration LONGEST_SILENCE = Duration.ofSeconds(10);

    private static final Duration LONGEST_CALL = Duration.ofSeconds(5);

    private final FrameChannel channel;
    private final AtomicInteger lastId = new AtomicInteger();
    private final Map<Integer, CompletableFuture<GuestCall>> pending = new ConcurrentHashMap<>();

    GuestControl(FrameChannel channel) {
        this.channel = channel;
    }

    /**
     * Reads until the guest tells its end.
     *
     * @throws IOException when it was silent for too long, sent what is no frame, or closed without having told its end
     */
    void serve(GuestServer.Listener listener) throws IOException {
        try {
            Frame frame = channel.read(LONGEST_SILENCE);
            while (frame.kind() != FrameKind.EXIT) {
                take(frame, listener);
                frame = channel.read(LONGEST_SILENCE);
            }
            listener.ended(GuestEnd.parse(frame.payload()));
        } finally {
            IOException gone = new IOException("the guest is gone");
            pending.values().forEach(call -> call.completeExceptionally(gone));
        }
    }

    private void take(Frame frame, GuestServer.Listener listener) throws IOException {
        GuestCall call = GuestCall.parse(frame.payload());
        if (frame.kind() == FrameKind.ANSWER) {
            CompletableFuture<GuestCall> waiting = pending.remove(call.id());
            if (waiting != null) {
                waiting.complete(call);
            }
        } else if (frame.kind() == FrameKind.CALL && call.op() == GuestOp.STARTED) {
            listener.started();
        } else if (frame.kind() != FrameKind.CALL || call.op() != GuestOp.HEARTBEAT) {
            throw new IOException("the guest sent an unexpected " + frame.kind() + " " + call.op());
        }
    }

    /** The guest's refusal; empty when it did what it was asked. */
    private Optional<String> call(GuestOp op, GuestCall.Fields fields, Duration limit) throws IOException {
        int id = lastId.incrementAndGet();
        CompletableFuture<GuestCall> answer = new CompletableFuture<>();
        pending.put(id, answer);
        try {
            Frame frame = new GuestCall(op, id, fields).frame(FrameKind.CALL);
            channel.write(frame);
            return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS).error();
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

    private void command(GuestOp op, GuestCall.Fields fields) throws IOException {
        Optional<String> refusal = call(op, fields, LONGEST_CALL);
        if (refusal.isPresent()) {
            throw new IOException("the guest refused " + op + ": " + refusal.get());
        }
    }

    /** Sends the agent the signal; its guest ends when the agent has, after the time at the latest. */
    void stop(int signal, Duration time) throws IOException {
        command(
                GuestOp.STOP,
                new GuestCall.Fields().add(GuestTag.SIGNAL, signal).add(GuestTag.MILLIS, time.toMillis()));
    }

    /** Overwrites and removes a secret. */
    void wipe(String name) throws IOException {
        command(GuestOp.WIPE, new GuestCall.Fields().add(GuestTag.NAME, name));
    }

    /** Asks for the agent's health by HTTP; what is wrong, empty when it is well. */
    Optional<String> checkHttp(int port, String path, Duration limit) throws IOException {
        return check(new GuestCall.Fields().add(GuestTag.PORT, port).add(GuestTag.PATH, path), limit);
    }

    /** Asks for the agent's health by a program; what is wrong, empty when it is well. */
    Optional<String> checkCommand(List<String> words, Duration limit) throws IOException {
        return check(new GuestCall.Fields().addAll(GuestTag.WORD, words), limit);
    }

    private Optional<String> check(GuestCall.Fields fields, Duration limit) throws IOException {
        return call(GuestOp.CHECK, fields.add(GuestTag.MILLIS, limit.toMillis()), limit.plus(LONGEST_CALL));
    }
}
