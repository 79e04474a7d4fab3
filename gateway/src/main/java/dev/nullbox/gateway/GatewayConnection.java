package dev.nullbox.gateway;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import dev.nullbox.protocol.Audience;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Effect;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.api.GatewayContract;
import dev.nullbox.protocol.api.Methods;
import dev.nullbox.rpc.JsonRpcCodec;
import dev.nullbox.rpc.LineFramer;
import dev.nullbox.rpc.Operator;
import dev.nullbox.rpc.RpcClient;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/** Connection of one client, from handshake to end; every wait has a deadline, at which the socket is closed. */
final class GatewayConnection {
    private static final int PIECE_BYTES = 16 * 1024;
    private static final int MAX_SHOWN_METHOD = 64;

    private final Socket socket;
    private final SSLContext tls;
    private final Path sockets;
    private final GatewayLimits limits;
    private final EventSink events;
    private final ScheduledExecutorService deadlines;
    private final Object changed = new Object();
    private volatile boolean known;
    private volatile boolean carriedSecrets;
    private volatile boolean calling;
    private boolean finishing;
    private boolean ended;
    private volatile long sinceNanos = System.nanoTime();

    GatewayConnection(
            Socket socket,
            SSLContext tls,
            Path sockets,
            GatewayLimits limits,
            EventSink events,
            ScheduledExecutorService deadlines) {
        this.socket = socket;
        this.tls = tls;
        this.sockets = sockets;
        this.limits = limits;
        this.events = events;
        this.deadlines = deadlines;
    }

    /** Tells whether the client has shown its certificate. */
    boolean isKnown() {
        return known;
    }

    /** Tells whether a call carried a secret, or may have. */
    boolean carriedSecrets() {
        return carriedSecrets;
    }

    long idleNanos(long now) {
        return now - sinceNanos;
    }

    boolean isIdle(long now, Duration atLeast) {
        return !calling && idleNanos(now) >= atLeast.toNanos();
    }

    /**
     * Accepts no more calls; any thread; never waits. A running call is answered; without one the connection is ended
     * at once.
     */
    void finish() {
        synchronized (changed) {
            finishing = true;
            if (calling) {
                return;
            }
        }
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            // The client was faster, or has hung up uncleanly: either way it is gone.
            abort();
        }
    }

    /** Waits until the client has read its answers and hung up, or the deadline (System.nanoTime) passes. */
    void awaitEnd(long deadlineNanos) throws InterruptedException {
        synchronized (changed) {
            long left = deadlineNanos - System.nanoTime();
            while (!ended && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(changed, left);
                left = deadlineNanos - System.nanoTime();
            }
        }
    }

    /** Ends the connection at once, from any thread. */
    void abort() {
        try {
            socket.close();
        } catch (IOException e) {
            System.err.println("gateway: closing a connection: " + e.getMessage());
        }
    }

    /** Serves the client until it hangs up, breaks a rule or a deadline passes. */
    void run() {
        try (Socket closing = socket) {
            SSLSocket secured = (SSLSocket) tls.getSocketFactory().createSocket(closing, null, false);
            Optional<Operator> client = handshake(secured);
            if (client.isPresent()) {
                known = true;
                sinceNanos = System.nanoTime();
                serve(client.get(), secured);
                secured.shutdownOutput();
            } else {
                socket.shutdownOutput();
            }
            drain();
        } catch (IOException | RejectedExecutionException e) {
            // The client is gone, a deadline has passed or the gateway is closing: an answer would not be read.
            abort();
        } finally {
            synchronized (changed) {
                ended = true;
                changed.notifyAll();
            }
        }
    }

    /** The client; absent when it was refused and has been answered so. */
    private Optional<Operator> handshake(SSLSocket secured) throws IOException {
        Future<?> deadline = closeAfter(limits.handshake());
        try {
            secured.setUseClientMode(false);
            secured.setNeedClientAuth(true);
            secured.setEnabledProtocols(new String[] {"TLSv1.3"});
            secured.startHandshake();
            return Optional.of(
                    Operators.of((X509Certificate) secured.getSession().getPeerCertificates()[0]));
        } catch (SSLException e) {
            events.emit(GatewayContract.REFUSED, Fields.WHY.is(TerminalText.line(String.valueOf(e.getMessage()))));
            return Optional.empty();
        } finally {
            deadline.cancel(false);
        }
    }

    private void serve(Operator client, SSLSocket secured) throws IOException {
        LineFramer lines = new LineFramer(JsonRpcCodec.MAX_MESSAGE_BYTES);
        byte[] piece = new byte[PIECE_BYTES];
        InputStream in = secured.getInputStream();
        boolean goesOn = true;
        while (goesOn) {
            Optional<byte[]> line;
            Future<?> deadline = closeAfter(limits.idle());
            try {
                line = readLine(in, lines, piece);
            } catch (RpcException e) {
                secured.getOutputStream().write(withLineFeed(JsonRpcCodec.encodeError(JsonNull.INSTANCE, e)));
                return;
            } finally {
                deadline.cancel(false);
            }
            if (line.isEmpty() || !begin()) {
                return;
            }
            try {
                answer(client, line.get(), secured.getOutputStream());
            } finally {
                goesOn = end();
            }
        }
    }

    /** Begins a call; false when none may begin any more. */
    private boolean begin() {
        synchronized (changed) {
            calling = !finishing;
            return calling;
        }
    }

    /**
     * Ends a call; true when another may follow. Decided under one lock with {@link #finish}, so that exactly one of
     * the two ends the output.
     */
    private boolean end() {
        synchronized (changed) {
            sinceNanos = System.nanoTime();
            calling = false;
            return !finishing;
        }
    }

    private static Optional<byte[]> readLine(InputStream in, LineFramer lines, byte[] piece)
            throws IOException, RpcException {
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

    private void answer(Operator client, byte[] line, OutputStream out) throws IOException {
        Optional<byte[]> reply = switch (JsonRpcCodec.decodeRequest(line)) {
            case JsonRpcCodec.Malformed(JsonElement id, RpcException error) -> {
                carriedSecrets = true;
                yield Optional.of(JsonRpcCodec.encodeError(id, error));
            }
            case JsonRpcCodec.Request request -> pass(client, request);
        };
        if (reply.isPresent()) {
            send(reply.get(), out);
        }
    }

    private void send(byte[] reply, OutputStream out) throws IOException {
        Future<?> deadline = closeAfter(limits.idle());
        try {
            out.write(withLineFeed(reply));
            out.flush();
        } finally {
            deadline.cancel(false);
        }
    }

    /** Passes a request on; absent for a notification, which has no answer. */
    private Optional<byte[]> pass(Operator client, JsonRpcCodec.Request request) {
        boolean ok = false;
        boolean isTold = true;
        try {
            Method<?> method = route(request.method());
            Path service = sockets.resolve(method.service().socketName());
            JsonElement result = RpcClient.call(
                    service,
                    method.name(),
                    request.params(),
                    Optional.of(client),
                    limits.call().apply(method));
            ok = true;
            isTold = method.isTold();
            return request.id().map(id -> JsonRpcCodec.encodeResult(id, result));
        } catch (RpcException e) {
            return request.id().map(id -> JsonRpcCodec.encodeError(id, e));
        } finally {
            if (isTold) {
                tell(client, request.method(), ok);
            }
        }
    }

    private void tell(Operator client, String method, boolean ok) {
        events.emit(
                GatewayContract.CALL,
                GatewayContract.CLIENT.is(client.name()),
                Fields.METHOD.is(TerminalText.line(method.substring(0, Math.min(method.length(), MAX_SHOWN_METHOD)))),
                Fields.OK.is(ok));
    }

    /** The method of the name, if operators may call it; the service checks it again, by the gateway's user. */
    private Method<?> route(String name) throws RpcException {
        Optional<Method<?>> method =
                Methods.find(name).filter(found -> found.audience().users().contains(Audience.GATEWAY));
        if (method.isEmpty() || method.get().effect() == Effect.SECRET) {
            carriedSecrets = true;
        }
        return method.orElseThrow(
                () -> new RpcException(CallReason.NOT_ROUTED, "operators have no method of this name"));
    }

    /**
     * Reads and discards what the client still sends, within a bound: closing with unread bytes would reset the
     * connection and lose the last answer.
     */
    private void drain() throws IOException {
        Future<?> deadline = closeAfter(limits.drainTimeout());
        try {
            InputStream in = socket.getInputStream();
            byte[] piece = new byte[PIECE_BYTES];
            int count = in.read(piece);
            while (count >= 0) {
                count = in.read(piece);
            }
        } finally {
            deadline.cancel(false);
        }
    }

    private Future<?> closeAfter(Duration time) {
        return deadlines.schedule(this::abort, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static byte[] withLineFeed(byte[] message) {
        byte[] line = Arrays.copyOf(message, message.length + 1);
        line[message.length] = '\n';
        return line;
    }
}
