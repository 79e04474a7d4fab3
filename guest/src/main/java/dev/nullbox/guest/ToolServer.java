package dev.nullbox.guest;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestCall;
import dev.nullbox.protocol.guest.GuestOp;
import dev.nullbox.protocol.guest.GuestProtocol;
import dev.nullbox.protocol.guest.GuestRole;
import dev.nullbox.protocol.guest.GuestTag;
import java.io.EOFException;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.Semaphore;

/** Server of the tools' control connection: runs a program, or makes a connection, for each call. */
public final class ToolServer {
    private static final Set<GuestOp> CALLS = Set.of(GuestOp.EXEC, GuestOp.COPY, GuestOp.DIAL);

    private final Libc libc;
    private final Dialer dialer;
    private final Entrance entrance;
    private final Semaphore streams = new Semaphore(GuestProtocol.MAX_STREAMS);

    public ToolServer(Libc libc, Dialer dialer, Entrance entrance) {
        this.libc = libc;
        this.dialer = dialer;
        this.entrance = entrance;
    }

    /**
     * Serves until the host closes the connection.
     *
     * @param token proves to the host that these are the tools it requested
     */
    public void serve(String token) throws IOException {
        libc.ignoreSignal(Signals.SIGPIPE).orThrow("ignore SIGPIPE");
        try (Connection control = Connection.open(libc, dialer, GuestRole.TOOLS, token)) {
            while (true) {
                Frame frame = control.read();
                GuestCall call = frame.kind() == FrameKind.CALL ? GuestCall.parse(frame.payload()) : null;
                if (call == null || !CALLS.contains(call.op())) {
                    throw new IOException("the host sent " + frame + ", which is none of the tools' calls");
                }
                control.write(answer(call).frame(FrameKind.ANSWER));
            }
        } catch (EOFException e) {
            // The guest is about to end.
        }
    }

    private GuestCall answer(GuestCall call) throws IOException {
        GuestCall answer = GuestCall.of(call.op(), call.id());
        String token = call.fields().text(GuestTag.TOKEN).orElse("");
        if (!streams.tryAcquire()) {
            answer.fields()
                    .add(GuestTag.ERROR, "the limit of programs in the guest is reached, " + GuestProtocol.MAX_STREAMS);
            return answer;
        }
        Thread.ofPlatform().daemon().name("exec-program").start(() -> {
            try (Connection stream = Connection.open(libc, dialer, GuestRole.STREAM, token)) {
                serve(call, stream);
            } catch (IOException e) {
                System.err.println("tools: " + e.getMessage());
            } finally {
                streams.release();
            }
        });
        return answer;
    }

    private void serve(GuestCall call, Connection stream) throws IOException {
        if (call.op() == GuestOp.DIAL) {
            new Dial(libc, stream).run(call);
        } else {
            new Execution(libc, stream).run(entrance, call);
        }
    }
}
