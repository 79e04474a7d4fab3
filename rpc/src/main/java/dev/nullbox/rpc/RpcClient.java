package dev.nullbox.rpc;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Value;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Client of services on Unix sockets: one connection a call. */
public final class RpcClient {
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final JsonPrimitive ID = new JsonPrimitive(1);

    private final Path socket;
    private final Duration deadline;
    private final long endNanos;
    private final ScrubbedBuffer buffer = new ScrubbedBuffer(BUFFER_BYTES);

    private RpcClient(Path socket, Duration deadline) {
        this.socket = socket;
        this.deadline = deadline;
        this.endNanos = System.nanoTime() + deadline.toNanos();
    }

    /**
     * The result of one call.
     *
     * @param deadline for connecting, sending and the answer together
     * @throws RpcException the server's error; UNAVAILABLE when no server listens or it closes; TIMEOUT when the
     *     deadline passes; INVALID_PARAMS when the request is longer than a message
     */
    public static JsonElement call(Path socket, String method, JsonObject params, Duration deadline)
            throws RpcException {
        return call(socket, method, params, Optional.empty(), deadline);
    }

    /**
     * A method's result.
     *
     * @param sockets the directory of the services' sockets
     * @param deadline for connecting, sending and the answer together
     * @throws RpcException as {@link #call(Path, String, JsonObject, Duration)}; UNEXPECTED for a malformed result
     */
    public static <R> R call(Path sockets, Method<R> method, Duration deadline, Value<?>... params)
            throws RpcException {
        return call(sockets, method, deadline, Message.of(params));
    }

    /** The same with parameters in a message. */
    public static <R> R call(Path sockets, Method<R> method, Duration deadline, Message params) throws RpcException {
        Path socket = sockets.resolve(method.service().socketName());
        return Codec.decodeResult(
                method.name(), method.result(), call(socket, method.name(), Codec.encode(params), deadline));
    }

    /** The same call on behalf of an operator, which only the gateway may make. */
    public static JsonElement call(
            Path socket, String method, JsonObject params, Optional<Operator> operator, Duration deadline)
            throws RpcException {
        byte[] request = JsonRpcCodec.encodeRequest(ID, method, params, operator);
        if (request.length > JsonRpcCodec.MAX_MESSAGE_BYTES) {
            String message =
                    "the request has " + request.length + " bytes, a message at most " + JsonRpcCodec.MAX_MESSAGE_BYTES;
            throw new RpcException(CallReason.REQUEST_TOO_LARGE, message);
        }
        return new RpcClient(socket, deadline).call(request);
    }

    private JsonElement call(byte[] request) throws RpcException {
        try (SocketChannel channel = connect();
                Selector selector = Selector.open()) {
            SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
            boolean isSent = send(channel, key, request);
            key.interestOps(SelectionKey.OP_READ);
            return result(JsonRpcCodec.decodeReply(receive(channel, selector, isSent)));
        } catch (IOException e) {
            throw new RpcException(CallReason.NOT_LISTENING, "no service answers at " + socket + ": " + e.getMessage());
        }
    }

    /**
     * Connects, with retries: a non-blocking connect to a full queue fails with EAGAIN at once (unix(7)) and cannot be
     * polled.
     */
    private SocketChannel connect() throws IOException, RpcException {
        while (true) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.configureBlocking(false);
                if (channel.connect(UnixDomainSocketAddress.of(socket))) {
                    return channel;
                }
                channel.close();
            } catch (IOException e) {
                channel.close();
                if (!mayHaveBeenFull(e)) {
                    throw e;
                }
            }
            LockSupport.parkNanos(Math.min(RETRY_NANOS, remainingNanos()));
        }
    }

    /**
     * Tells whether the failure may be EAGAIN: ECONNREFUSED has a type of its own, ENOENT and EACCES show at the file.
     */
    private boolean mayHaveBeenFull(IOException e) {
        return e instanceof SocketException && !(e instanceof ConnectException) && Files.isWritable(socket);
    }

    /** Sends the line; false when the server stopped reading, whose response may still say why. */
    private boolean send(SocketChannel channel, SelectionKey key, byte[] request) throws IOException, RpcException {
        ByteBuffer out = ByteBuffer.allocate(request.length + 1)
                .put(request)
                .put((byte) '\n')
                .flip();
        while (true) {
            try {
                buffer.write(channel, out);
            } catch (IOException e) {
                return false;
            }
            if (!out.hasRemaining()) {
                return true;
            }
            await(key.selector());
        }
    }

    private byte[] receive(SocketChannel channel, Selector selector, boolean isSent) throws IOException, RpcException {
        LineFramer framer = new LineFramer(JsonRpcCodec.MAX_MESSAGE_BYTES);
        while (true) {
            int count = buffer.read(channel, framer::feed);
            if (count < 0) {
                String message = "the service at " + socket + " hung up without an answer";
                throw new RpcException(isSent ? CallReason.HUNG_UP : CallReason.NOT_READ, message);
            }
            Optional<byte[]> line = framer.next();
            if (line.isPresent()) {
                return line.get();
            }
            if (count == 0) {
                await(selector);
            }
        }
    }

    private static JsonElement result(JsonRpcCodec.Reply reply) throws RpcException {
        return switch (reply) {
            case JsonRpcCodec.Result(JsonElement id, JsonElement result) -> {
                if (!ID.equals(id)) {
                    throw new RpcException(CallReason.NOT_A_REPLY, "the answer is to another request");
                }
                yield result;
            }
            case JsonRpcCodec.Failure failure -> throw failure.error();
        };
    }

    private void await(Selector selector) throws IOException, RpcException {
        selector.select(TimeUnit.NANOSECONDS.toMillis(remainingNanos()) + 1);
        selector.selectedKeys().clear();
    }

    private long remainingNanos() throws RpcException {
        long remaining = endNanos - System.nanoTime();
        if (remaining <= 0 || Thread.currentThread().isInterrupted()) {
            String message = "no answer from " + socket + " within " + deadline.toMillis() + " ms";
            throw new RpcException(CallReason.CALL, message);
        }
        return remaining;
    }
}
