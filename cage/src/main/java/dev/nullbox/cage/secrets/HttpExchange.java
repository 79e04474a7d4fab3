package dev.nullbox.cage.secrets;

import com.google.gson.JsonObject;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.ScrubbedBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Request of HTTP/1.1 and its response, on a connection that is closed after it. */
final class HttpExchange {
    private static final int MAX_HEAD_BYTES = 8192;
    private static final int DRAIN_BYTES = 4096;
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final SocketChannel client;
    private final ScrubbedBuffer piece;
    private final long deadline = System.nanoTime() + LIMIT_NANOS;

    /** @param piece buffer for the written bytes, which may be a secret's */
    HttpExchange(SocketChannel client, ScrubbedBuffer piece) {
        this.client = client;
        this.piece = piece;
    }

    /**
     * The request's first line, once its whole head has arrived.
     *
     * @throws IOException when it does not within 5 s and 8,192 bytes
     */
    String requestLine() throws IOException {
        InputStream in = client.socket().getInputStream();
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int matched = 0;
        while (matched < 4) {
            int left = millisLeft();
            if (left <= 0 || head.size() == MAX_HEAD_BYTES) {
                throw new IOException("no whole request within 5 s and " + MAX_HEAD_BYTES + " bytes");
            }
            client.socket().setSoTimeout(left);
            int next = in.read();
            if (next < 0) {
                throw new IOException("hung up before the request was whole");
            }
            head.write(next);
            matched = next == "\r\n\r\n".charAt(matched) ? matched + 1 : next == '\r' ? 1 : 0;
        }
        String text = head.toString(StandardCharsets.ISO_8859_1);
        return text.substring(0, text.indexOf("\r\n"));
    }

    void respond(String status, String type, byte[] body) throws IOException {
        String head = "HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length
                + "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
        piece.write(client, ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
        piece.write(client, ByteBuffer.wrap(body));
    }

    void error(String status, String code, String message) throws IOException {
        JsonObject body = Codec.encode(AgentContract.ERROR.is(
                Message.of(AgentContract.ERROR_CODE.is(code), AgentContract.ERROR_MESSAGE.is(message))));
        respond(status, "application/json", Json.bytes(body));
    }

    /**
     * Reads and discards the rest, within a bound: closing with unread bytes would reset the connection, and lose the
     * response.
     */
    void drain() throws IOException {
        client.shutdownOutput();
        InputStream in = client.socket().getInputStream();
        byte[] unwanted = new byte[DRAIN_BYTES];
        try {
            int count = 0;
            for (int left = millisLeft(); count >= 0 && left > 0; left = millisLeft()) {
                client.socket().setSoTimeout(left);
                count = in.read(unwanted);
            }
        } catch (SocketTimeoutException e) {
            // It has had its response, and time to hang up.
            return;
        }
    }

    private int millisLeft() {
        // Rounded up: 0 would mean for ever to setSoTimeout.
        return (int) TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime() + NANOS_PER_MILLI - 1);
    }
}
