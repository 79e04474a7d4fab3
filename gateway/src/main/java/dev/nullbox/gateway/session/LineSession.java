package dev.nullbox.gateway.session;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import dev.nullbox.rpc.JsonRpcCodec;
import dev.nullbox.rpc.LineFramer;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Future;

/** Connection of one JSON-RPC message a line, as {@code nullctl} speaks it. */
public final class LineSession {
    private static final int PIECE_BYTES = 16 * 1024;

    private final OperatorCalls calls;
    private final CallSlot slot;
    private final Duration idle;
    private final InputStream in;
    private final OutputStream out;

    /** @param idle between one line and the next, and for the client to read an answer */
    public LineSession(OperatorCalls calls, CallSlot slot, Duration idle, InputStream in, OutputStream out) {
        this.calls = calls;
        this.slot = slot;
        this.idle = idle;
        this.in = in;
        this.out = out;
    }

    /** Answers until the client hangs up or breaks a rule. */
    public void serve() throws IOException {
        LineFramer lines = new LineFramer(JsonRpcCodec.MAX_MESSAGE_BYTES);
        byte[] piece = new byte[PIECE_BYTES];
        boolean goesOn = true;
        while (goesOn) {
            Optional<byte[]> line;
            Future<?> deadline = slot.closeAfter(idle);
            try {
                line = readLine(lines, piece);
            } catch (RpcException e) {
                out.write(withLineFeed(JsonRpcCodec.encodeError(JsonNull.INSTANCE, e)));
                return;
            } finally {
                deadline.cancel(false);
            }
            if (line.isEmpty() || !slot.begin()) {
                return;
            }
            try {
                answer(line.get());
            } finally {
                goesOn = slot.end();
            }
        }
    }

    private Optional<byte[]> readLine(LineFramer lines, byte[] piece) throws IOException, RpcException {
        while (true) {
            Optional<byte[]> line = lines.next();
            if (line.isPresent()) {
                return line;
            }
            int count = in.read(piece);
            if (count < 0) {
                return Optional.empty();
            }
            lines.feed(ByteBuffer.wrap(piece, 0, count));
        }
    }

    private void answer(byte[] line) throws IOException {
        Optional<byte[]> reply = switch (JsonRpcCodec.decodeRequest(line)) {
            case JsonRpcCodec.Malformed(JsonElement id, RpcException error) -> {
                calls.malformed();
                yield Optional.of(JsonRpcCodec.encodeError(id, error));
            }
            case JsonRpcCodec.Request request -> pass(request);
        };
        if (reply.isPresent()) {
            send(reply.get());
        }
    }

    /** Passes a request on; absent for a notification, which has no answer. */
    private Optional<byte[]> pass(JsonRpcCodec.Request request) {
        try {
            JsonElement result = calls.call(request.method(), request.params());
            return request.id().map(id -> JsonRpcCodec.encodeResult(id, result));
        } catch (RpcException e) {
            return request.id().map(id -> JsonRpcCodec.encodeError(id, e));
        }
    }

    private void send(byte[] reply) throws IOException {
        Future<?> deadline = slot.closeAfter(idle);
        try {
            out.write(withLineFeed(reply));
            out.flush();
        } finally {
            deadline.cancel(false);
        }
    }

    private static byte[] withLineFeed(byte[] message) {
        byte[] line = Arrays.copyOf(message, message.length + 1);
        line[message.length] = '\n';
        return line;
    }
}
