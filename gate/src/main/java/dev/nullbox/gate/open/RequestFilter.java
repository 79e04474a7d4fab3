package dev.nullbox.gate.open;

import dev.nullbox.gate.head.RequestHead;
import dev.nullbox.gate.head.UnreadException;
import dev.nullbox.protocol.id.SecretForm;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Requests of an agent on their way to the host, with secrets in place of placeholders in headers. Heads are read whole and
 * strictly; bodies pass as they are. Headers that would make answers unreadable are taken out: of encodings the gate asks for
 * {@code identity}, ranges of an answer could show a secret piece by piece, and WebSocket's extensions compress.
 */
public final class RequestFilter {
    /** Requests that have no answer yet. */
    private static final int MOST_PENDING = 32;

    private static final int MAX_CHUNK_LINE = 20;
    private static final int MAX_EARLY = 16 * 1024;
    private static final int HEX = 16;
    private static final Pattern CHUNK_SIZE = Pattern.compile("[0-9a-fA-F]{1,15}");
    private static final String MALFORMED = "400 Bad Request";
    private static final Set<String> DROPPED =
            Set.of("accept-encoding", "te", "range", "if-range", "sec-websocket-extensions", "proxy-authorization");

    private final String host;
    private final int port;
    private final List<Substitution> substitutions;
    private final ByteQueue in = new ByteQueue();
    private final Deque<Pending> pending = new ArrayDeque<>();
    private Part part = Part.HEAD;
    private long left;

    private enum Part {
        HEAD,
        BODY,
        CHUNK,
        CHUNK_DATA,
        CHUNK_END,
        TRAILER,
        /** The host decides about WebSocket. */
        UPGRADE,
        /** Bytes of WebSocket. */
        RAW
    }

    /** A request without its answer. */
    record Pending(String method, boolean isUpgrade) {
        boolean hasBodyInAnswer() {
            return !method.equals("HEAD");
        }
    }

    /** @param host the only host that requests may be for */
    public RequestFilter(String host, int port, List<Substitution> substitutions) {
        this.host = host;
        this.port = port;
        this.substitutions = List.copyOf(substitutions);
    }

    /** Requests whose answers are due, the oldest first. */
    Deque<Pending> pending() {
        return pending;
    }

    /** Tells whether no answer is due. */
    public boolean isAnswered() {
        return pending.isEmpty();
    }

    /** Tells whether it takes more now: not while many answers are due. */
    public boolean takesMore() {
        return pending.size() < MOST_PENDING && in.size() < MAX_EARLY;
    }

    /** The answer to the request for WebSocket has come. */
    void upgraded(boolean isAccepted) {
        part = isAccepted ? Part.RAW : Part.HEAD;
    }

    /**
     * Takes more of the agent's bytes; what may go to the host is added to {@code out}.
     *
     * @throws RefusedException when the request may not pass; the connection ends
     */
    public void push(byte[] bytes, int offset, int length, ByteQueue out) throws RefusedException {
        in.add(bytes, offset, length);
        proceed(out);
    }

    /** Goes on with what was taken before. */
    public void proceed(ByteQueue out) throws RefusedException {
        boolean goesOn = true;
        while (goesOn && in.size() > 0 && pending.size() < MOST_PENDING) {
            goesOn = switch (part) {
                case HEAD -> head(out);
                case BODY -> data(out, Part.HEAD);
                case CHUNK -> chunk(out);
                case CHUNK_DATA -> data(out, Part.CHUNK_END);
                case CHUNK_END -> chunkEnd(out);
                case TRAILER -> trailer(out);
                case RAW -> pass(in.size(), out);
                case UPGRADE -> early();
            };
        }
    }

    private boolean early() throws RefusedException {
        if (in.size() >= MAX_EARLY) {
            throw new RefusedException(MALFORMED, "it sent WebSocket before the host agreed to it");
        }
        return false;
    }

    private boolean pass(int length, ByteQueue out) {
        out.add(in.array(), in.start(), length);
        in.take(length);
        return true;
    }

    private boolean data(ByteQueue out, Part next) {
        int length = (int) Math.min(left, in.size());
        left -= length;
        if (left == 0) {
            part = next;
        }
        return pass(length, out);
    }

    private boolean chunk(ByteQueue out) throws RefusedException {
        int end = in.endOfLine(MAX_CHUNK_LINE);
        if (end < 0) {
            return more(MAX_CHUNK_LINE);
        }
        String size = in.text(end);
        if (!CHUNK_SIZE.matcher(size).matches()) {
            throw new RefusedException(MALFORMED, "the request has a malformed chunk");
        }
        left = Long.parseLong(size, HEX);
        part = left == 0 ? Part.TRAILER : Part.CHUNK_DATA;
        return pass(end + 2, out);
    }

    private boolean chunkEnd(ByteQueue out) throws RefusedException {
        if (in.size() < 2) {
            return false;
        }
        if (in.at(0) != '\r' || in.at(1) != '\n') {
            throw new RefusedException(MALFORMED, "the request has a malformed chunk");
        }
        part = Part.CHUNK;
        return pass(2, out);
    }

    /** Passes the end of chunks; fields in it are refused, as a server could take them for headers. */
    private boolean trailer(ByteQueue out) throws RefusedException {
        if (in.size() < 2) {
            return false;
        }
        if (in.at(0) != '\r' || in.at(1) != '\n') {
            throw new RefusedException(MALFORMED, "the request has fields behind its body");
        }
        part = Part.HEAD;
        return pass(2, out);
    }

    private boolean more(int most) throws RefusedException {
        if (in.size() >= most) {
            throw new RefusedException(MALFORMED, "the request has a line that is too long");
        }
        return false;
    }

    private boolean head(ByteQueue out) throws RefusedException {
        byte[] bytes = in.copy();
        try {
            Optional<RequestHead> head = RequestHead.parse(bytes, bytes.length, port, true);
            if (head.isEmpty()) {
                return false;
            }
            rewrite(head.get(), out);
            in.take(head.get().bytes());
            return true;
        } catch (UnreadException refused) {
            throw new RefusedException(MALFORMED, refused.why());
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private void rewrite(RequestHead head, ByteQueue out) throws RefusedException {
        if (!head.host().equals(host)) {
            throw new RefusedException(
                    "421 Misdirected Request", "an HTTP request for another host than the connection's");
        }
        boolean isUpgrade = head.fields().stream().anyMatch(field -> field.is("upgrade"));
        if (isUpgrade) {
            boolean isWebSocket = head.fields().stream()
                    .filter(field -> field.is("upgrade"))
                    .allMatch(field -> field.value().equalsIgnoreCase("websocket"));
            if (!isWebSocket || head.body().isEmpty() || head.body().getAsLong() != 0) {
                throw new RefusedException(MALFORMED, "a request to change to another protocol than WebSocket");
            }
        }
        out.add(head.line() + "\r\n");
        for (RequestHead.Field field : head.fields()) {
            if (!DROPPED.contains(field.name().toLowerCase(Locale.ROOT))) {
                out.add(field.name() + ": ");
                addValue(field, out);
                out.add("\r\n");
            }
        }
        out.add("Accept-Encoding: identity\r\n\r\n");
        pending.add(new Pending(head.method(), isUpgrade));
        left = head.body().orElse(-1);
        if (isUpgrade) {
            part = Part.UPGRADE;
        } else {
            part = left < 0 ? Part.CHUNK : left == 0 ? Part.HEAD : Part.BODY;
        }
    }

    private void addValue(RequestHead.Field field, ByteQueue out) {
        for (Substitution substitution : substitutions) {
            Optional<byte[]> with = substitution.of(field.name(), field.value());
            if (with.isPresent()) {
                out.add(with.get());
                Arrays.fill(with.get(), (byte) 0);
                return;
            }
        }
        out.add(field.value().getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Forgets what it holds. */
    void close() {
        in.clear();
    }

    @Override
    public String toString() {
        return "requests for " + host + " with "
                + substitutions.stream()
                        .map(Substitution::form)
                        .map(SecretForm::value)
                        .toList();
    }
}
