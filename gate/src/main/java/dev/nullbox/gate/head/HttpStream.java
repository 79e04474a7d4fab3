package dev.nullbox.gate.head;

import dev.nullbox.gate.head.Inspection.Ask;
import dev.nullbox.gate.head.Inspection.More;
import dev.nullbox.gate.head.Inspection.Pass;
import dev.nullbox.gate.head.Inspection.Refuse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Requests of an HTTP/1 client, one after the other: all must be for the host of the first. Bodies pass by their length
 * or their chunks, so that each next head is found.
 */
public final class HttpStream implements Inspector {
    private static final int MAX_CHUNK_LINE = 20;
    private static final int MAX_TRAILER = 8 * 1024;
    private static final Pattern CHUNK_SIZE = Pattern.compile("[0-9a-fA-F]{1,15}");
    private static final int HEX = 16;

    private final int port;
    private String host = "";
    private Part next = Part.HEAD;

    /** Parts of a request whose beginning is looked at. */
    private enum Part {
        HEAD,
        CHUNK,
        CHUNK_END,
        TRAILER
    }

    /** @param port the port that the agent connected to */
    public HttpStream(int port) {
        this.port = port;
    }

    @Override
    public Inspection inspect(byte[] bytes, int length) {
        return switch (next) {
            case HEAD -> head(bytes, length);
            case CHUNK -> chunk(bytes, length);
            case CHUNK_END -> chunkEnd(bytes, length);
            case TRAILER -> trailer(bytes, length);
        };
    }

    private Inspection head(byte[] bytes, int length) {
        Optional<RequestHead> head;
        try {
            head = RequestHead.parse(bytes, length, port);
        } catch (UnreadException refused) {
            return new Refuse(refused.why());
        }
        if (head.isEmpty()) {
            return new More();
        }
        if (host.isEmpty()) {
            host = head.get().host();
            return new Ask(host);
        }
        if (!head.get().host().equals(host)) {
            return new Refuse("an HTTP request for another host than the connection's first");
        }
        if (head.get().body().isEmpty()) {
            next = Part.CHUNK;
            return new Pass(head.get().bytes());
        }
        return new Pass(head.get().bytes() + head.get().body().getAsLong());
    }

    private Inspection chunk(byte[] bytes, int length) {
        String line = new String(bytes, 0, Math.min(length, MAX_CHUNK_LINE), StandardCharsets.ISO_8859_1);
        int end = line.indexOf("\r\n");
        if (end < 0) {
            return length < MAX_CHUNK_LINE ? new More() : new Refuse("an HTTP request with a malformed chunk");
        }
        if (!CHUNK_SIZE.matcher(line.substring(0, end)).matches()) {
            return new Refuse("an HTTP request with a malformed chunk");
        }
        long size = Long.parseLong(line.substring(0, end), HEX);
        next = size == 0 ? Part.TRAILER : Part.CHUNK_END;
        return new Pass(end + 2 + size);
    }

    private Inspection chunkEnd(byte[] bytes, int length) {
        if (length < 2) {
            return new More();
        }
        if (bytes[0] != '\r' || bytes[1] != '\n') {
            return new Refuse("an HTTP request with a malformed chunk");
        }
        next = Part.CHUNK;
        return new Pass(2);
    }

    private Inspection trailer(byte[] bytes, int length) {
        String text = new String(bytes, 0, Math.min(length, MAX_TRAILER), StandardCharsets.ISO_8859_1);
        int end = text.startsWith("\r\n") ? 0 : text.indexOf("\r\n\r\n") + 2;
        boolean isWhole = end == 0 || end > 2;
        if (!isWhole) {
            return length < MAX_TRAILER ? new More() : new Refuse("an HTTP request with a trailer that is too long");
        }
        String fields = text.substring(0, end);
        if (fields.replace("\r\n", "").chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
            return new Refuse("an HTTP request with a malformed trailer");
        }
        next = Part.HEAD;
        return new Pass(end + 2L);
    }
}
