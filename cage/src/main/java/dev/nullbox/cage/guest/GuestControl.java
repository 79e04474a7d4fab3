package dev.nullbox.cage.guest;

import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestCall;
import dev.nullbox.protocol.guest.GuestOp;
import dev.nullbox.protocol.guest.GuestTag;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Control connection to a guest's init: calls, and the heartbeat, whose absence ends the guest. */
public final class GuestControl {
    /** Longest silence of a guest: it sends a heartbeat every two seconds. */
    static final Duration LONGEST_SILENCE = Duration.ofSeconds(10);

    private static final Duration LONGEST_CALL = Duration.ofSeconds(5);
    /**
     * Most repairs in a start: two disks are written to; each is repaired for recorded errors, and again when it does
     * not mount.
     */
    private static final int MAX_REPAIRS = 4;

    private final FrameChannel channel;
    private final GuestCalls calls;
    private int repairs;

    GuestControl(FrameChannel channel) {
        this.channel = channel;
        this.calls = new GuestCalls(channel);
    }

    /**
     * Reads until the guest reports its end.
     *
     * @throws IOException when it was silent for too long, sent a malformed frame, or closed without a report of its
     *     end
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
            calls.fail("the guest is gone");
        }
    }

    private void take(Frame frame, GuestServer.Listener listener) throws IOException {
        GuestCall call = GuestCall.parse(frame.payload());
        if (frame.kind() == FrameKind.ANSWER) {
            calls.answered(call);
        } else if (frame.kind() == FrameKind.CALL && call.op() == GuestOp.STARTED) {
            listener.started();
        } else if (frame.kind() == FrameKind.CALL && call.op() == GuestOp.REPAIR && repairs < MAX_REPAIRS) {
            repairs++;
            listener.repairing();
        } else if (frame.kind() != FrameKind.CALL || call.op() != GuestOp.HEARTBEAT) {
            throw new IOException("the guest sent an unexpected " + frame.kind() + " " + call.op());
        }
    }

    private void command(GuestOp op, GuestCall.Fields fields) throws IOException {
        calls.command(op, fields, LONGEST_CALL);
    }

    /** Sends the agent the signal; its guest ends when the agent has, at the latest after the time. */
    public void stop(int signal, Duration time) throws IOException {
        command(
                GuestOp.STOP,
                new GuestCall.Fields().add(GuestTag.SIGNAL, signal).add(GuestTag.MILLIS, time.toMillis()));
    }

    /** Sends the agent's program a signal; nothing tells whether it arrived. */
    public void signal(int signal) throws IOException {
        channel.write(Frame.of(FrameKind.SIGNAL, signal));
    }

    /** Overwrites and removes a secret. */
    public void wipe(String name) throws IOException {
        command(GuestOp.WIPE, new GuestCall.Fields().add(GuestTag.NAME, name));
    }

    /** Starts the tools if they do not run; they send the token in their hello. */
    void startTools(String token) throws IOException {
        command(GuestOp.TOOLS, new GuestCall.Fields().add(GuestTag.TOKEN, token));
    }

    /** Checks the agent's health by HTTP; the failure, empty when it is healthy. */
    public Optional<String> checkHttp(int port, String path, Duration limit) throws IOException {
        return check(new GuestCall.Fields().add(GuestTag.PORT, port).add(GuestTag.PATH, path), limit);
    }

    /** Checks the agent's health by a program; the failure, empty when it is healthy. */
    public Optional<String> checkCommand(List<String> words, Duration limit) throws IOException {
        return check(new GuestCall.Fields().addAll(GuestTag.WORD, words), limit);
    }

    private Optional<String> check(GuestCall.Fields fields, Duration limit) throws IOException {
        return calls.call(GuestOp.CHECK, fields.add(GuestTag.MILLIS, limit.toMillis()), limit.plus(LONGEST_CALL));
    }
}
