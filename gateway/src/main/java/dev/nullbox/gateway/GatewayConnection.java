package dev.nullbox.gateway;

import dev.nullbox.gateway.http.HttpSession;
import dev.nullbox.gateway.session.CallSlot;
import dev.nullbox.gateway.session.LineSession;
import dev.nullbox.gateway.session.OperatorCalls;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.GatewayContract;
import dev.nullbox.rpc.Operator;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/** Connection of one client, from handshake to end; every wait has a deadline, at which the socket is closed. */
final class GatewayConnection implements CallSlot {
    private static final int PIECE_BYTES = 16 * 1024;

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
            secured.setHandshakeApplicationProtocolSelector((_, offered) -> HttpSession.protocolAmong(offered));
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

    /** Serves by the transport that the client's first byte tells: a method of HTTP begins with a capital letter. */
    private void serve(Operator client, SSLSocket secured) throws IOException {
        OperatorCalls calls = new OperatorCalls(client, sockets, limits.call(), events, () -> carriedSecrets = true);
        PushbackInputStream in = new PushbackInputStream(secured.getInputStream());
        int first;
        Future<?> deadline = closeAfter(limits.idle());
        try {
            first = in.read();
        } finally {
            deadline.cancel(false);
        }
        if (first < 0) {
            return;
        }
        in.unread(first);
        if (first >= 'A' && first <= 'Z') {
            new HttpSession(calls, this, limits.idle()).serve(secured, in);
        } else {
            new LineSession(calls, this, limits.idle(), in, secured.getOutputStream()).serve();
        }
    }

    @Override
    public boolean begin() {
        synchronized (changed) {
            calling = !finishing;
            return calling;
        }
    }

    /**
     * {@inheritDoc} Decided under one lock with {@link #finish}, so that exactly one of the two ends the output.
     */
    @Override
    public boolean end() {
        synchronized (changed) {
            sinceNanos = System.nanoTime();
            calling = false;
            return !finishing;
        }
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

    @Override
    public Future<?> closeAfter(Duration time) {
        return deadlines.schedule(this::abort, time.toMillis(), TimeUnit.MILLISECONDS);
    }
}
