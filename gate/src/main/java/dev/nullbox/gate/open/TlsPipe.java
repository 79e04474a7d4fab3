package dev.nullbox.gate.open;

import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/** One side's TLS without its socket: records in, plaintext out, and the other way round. */
public final class TlsPipe {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /** A record's header and the most that is in it. */
    private static final int MAX_RECORD = 5 + (1 << 14) + 2_048;

    private final SSLEngine engine;
    private final ByteQueue in = new ByteQueue();
    private final ByteQueue out = new ByteQueue();
    private ByteBuffer record;
    private ByteBuffer plain;
    private boolean isEnded;

    /** Receiver of plaintext. */
    @FunctionalInterface
    public interface Sink {
        /** Takes bytes, which are zeroed afterwards. */
        void accept(byte[] bytes, int offset, int length) throws RefusedException;
    }

    /** @param engine as a client or a server, which has not begun */
    public TlsPipe(SSLEngine engine) throws SSLException {
        this.engine = engine;
        this.record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        this.plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        engine.beginHandshake();
    }

    /** Takes received records. */
    public void receive(byte[] bytes, int length) {
        in.add(bytes, 0, length);
    }

    /** Records that are to be sent; the caller takes what it sent. */
    public ByteQueue toSend() {
        return out;
    }

    /** Number of received bytes that were not read yet. */
    public int unread() {
        return in.size();
    }

    /** Tells whether the handshake is over. */
    public boolean isReady() {
        return engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING
                && !engine.getSession().getProtocol().equals("NONE");
    }

    /** Tells whether the peer has said that it sends no more. */
    public boolean isEnded() {
        return isEnded;
    }

    /**
     * Handshakes as far as what was received allows.
     *
     * @throws SSLException when the handshake fails; an alert for the peer may be among what is to be sent
     */
    public void handshake() throws SSLException {
        try {
            proceed(
                    (_, _, _) -> {
                        throw new IllegalStateException("plaintext before the end of a handshake");
                    },
                    true);
        } catch (RefusedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Reads what was received as far as it has whole records. */
    public void read(Sink sink) throws SSLException, RefusedException {
        proceed(sink, false);
    }

    private void proceed(Sink sink, boolean isHandshakeAlone) throws SSLException, RefusedException {
        try {
            iterate(sink, isHandshakeAlone);
        } catch (SSLException failure) {
            alert();
            throw failure;
        }
    }

    private void iterate(Sink sink, boolean isHandshakeAlone) throws SSLException, RefusedException {
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                        task.run();
                    }
                }
                case NEED_WRAP -> {
                    if (wrap(NOTHING).getStatus() == SSLEngineResult.Status.CLOSED) {
                        return;
                    }
                }
                case NOT_HANDSHAKING, FINISHED -> {
                    boolean isDone = (isHandshakeAlone && isReady()) || isEnded || !unwrap(sink);
                    if (isDone) {
                        return;
                    }
                }
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (isEnded || !unwrap(sink)) {
                        return;
                    }
                }
            }
        }
    }

    /** Reads one record; false when it is not whole. */
    private boolean unwrap(Sink sink) throws SSLException, RefusedException {
        ByteBuffer received = in.view();
        int before = received.remaining();
        plain.clear();
        SSLEngineResult result = engine.unwrap(received, plain);
        in.take(before - received.remaining());
        switch (result.getStatus()) {
            case BUFFER_UNDERFLOW -> {
                if (in.size() > MAX_RECORD) {
                    throw new SSLException("a record longer than any");
                }
                return false;
            }
            case BUFFER_OVERFLOW -> plain = ByteBuffer.allocate(2 * plain.capacity());
            case CLOSED -> isEnded = true;
            case OK -> {}
        }
        if (plain.position() > 0) {
            try {
                sink.accept(plain.array(), 0, plain.position());
            } finally {
                Arrays.fill(plain.array(), 0, plain.position(), (byte) 0);
            }
        }
        return true;
    }

    /** Puts what the engine tells a peer whose records it refuses among what is to be sent. */
    private void alert() {
        try {
            int before;
            do {
                before = out.size();
                var _ = wrap(NOTHING);
            } while (out.size() > before);
        } catch (SSLException nothingMore) {
            // The connection ends by the failure itself.
            engine.closeOutbound();
        }
    }

    private SSLEngineResult wrap(ByteBuffer source) throws SSLException {
        record.clear();
        SSLEngineResult result = engine.wrap(source, record);
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
            record = ByteBuffer.allocate(2 * record.capacity());
            return wrap(source);
        }
        out.add(record.array(), 0, record.position());
        return result;
    }

    /** Encrypts all of the plaintext, which is taken. */
    public void write(ByteQueue plaintext) throws SSLException {
        while (plaintext.size() > 0) {
            ByteBuffer source = plaintext.view();
            int before = source.remaining();
            SSLEngineResult result = wrap(source);
            plaintext.take(before - source.remaining());
            if (result.getStatus() != SSLEngineResult.Status.OK || before == source.remaining()) {
                throw new SSLException("the connection takes no more");
            }
        }
    }

    /** Says that nothing more is sent. */
    public void finish() throws SSLException {
        engine.closeOutbound();
        while (!engine.isOutboundDone()) {
            if (wrap(NOTHING).getStatus() == SSLEngineResult.Status.CLOSED) {
                return;
            }
        }
    }
}
