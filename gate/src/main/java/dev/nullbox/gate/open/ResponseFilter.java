package dev.nullbox.gate.open;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers of a host on their way to the agent, without echoes of secrets: heads as a whole, bodies as streams, whatever
 * chunks they come in. Chunks are made anew, as soon as their bytes are there, so that events of a server are not delayed;
 * fields behind them are left out. An answer that is compressed is refused.
 */
public final class ResponseFilter {
    private static final int MAX_HEAD = 64 * 1024;
    private static final int MAX_CHUNK_LINE = 1_024;
    private static final int MAX_TRAILER = 16 * 1024;
    private static final int HEX = 16;
    private static final int SWITCHING = 101;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final String BAD = "502 Bad Gateway";
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})(?: .*)?");
    private static final Pattern FIELD = Pattern.compile("([A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}):(.*)");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
    private static final Pattern CHUNK = Pattern.compile("([0-9a-fA-F]{1,15})[ \\t]*(?:;.*)?");

    private final RequestFilter requests;
    private final EchoFilter echoes;
    private final EchoFilter ofHeads;
    private final ByteQueue in = new ByteQueue();
    private Part part = Part.HEAD;
    private long left;

    private enum Part {
        HEAD,
        BODY,
        CHUNK,
        CHUNK_DATA,
        CHUNK_END,
        TRAILER,
        UNTIL_END,
        RAW
    }

    /** @param requests of the same connection */
    public ResponseFilter(RequestFilter requests, List<HeldSecret> secrets) {
        this.requests = requests;
        this.echoes = new EchoFilter(secrets);
        this.ofHeads = new EchoFilter(secrets);
    }

    /** Tells whether the agent has received answers as a whole, so that another may follow. */
    public boolean isBetween() {
        return part == Part.HEAD;
    }

    /**
     * Takes more of the host's bytes; what may go to the agent is added to {@code out}.
     *
     * @throws RefusedException when the answer may not pass; the connection ends
     */
    public void push(byte[] bytes, int offset, int length, ByteQueue out) throws RefusedException {
        in.add(bytes, offset, length);
        boolean goesOn = true;
        while (goesOn && in.size() > 0) {
            goesOn = switch (part) {
                case HEAD -> head(out);
                case BODY -> body(out);
                case CHUNK -> chunk(out);
                case CHUNK_DATA -> chunkData(out);
                case CHUNK_END -> chunkEnd();
                case TRAILER -> trailer(out);
                case UNTIL_END, RAW -> {
                    take(in.size(), out::add);
                    yield false;
                }
            };
        }
    }

    /**
     * The host has ended its stream; true when that is the answer's end too, false when it is cut off.
     *
     * @param isOrderly whether TLS said so
     */
    public boolean end(boolean isOrderly, ByteQueue out) throws RefusedException {
        if (part == Part.HEAD) {
            return in.size() == 0;
        }
        if (!isOrderly || (part != Part.UNTIL_END && part != Part.RAW)) {
            return false;
        }
        echoes.flush(out::add);
        if (part == Part.UNTIL_END) {
            part = Part.HEAD;
            requests.pending().poll();
        }
        return true;
    }

    /** Gives out few bytes that were held, after a quiet while. */
    public void release(ByteQueue out) throws RefusedException {
        echoes.release(
                part == Part.CHUNK || part == Part.CHUNK_DATA || part == Part.CHUNK_END ? asChunk(out) : out::add);
    }

    private void take(int length, EchoFilter.Out out) throws RefusedException {
        echoes.push(in.array(), in.start(), length, out);
        in.take(length);
    }

    private boolean body(ByteQueue out) throws RefusedException {
        int length = (int) Math.min(left, in.size());
        left -= length;
        take(length, out::add);
        if (left == 0) {
            echoes.flush(out::add);
            part = Part.HEAD;
        }
        return true;
    }

    private static EchoFilter.Out asChunk(ByteQueue out) {
        return (bytes, offset, length) -> {
            out.add(Integer.toHexString(length) + "\r\n");
            out.add(bytes, offset, length);
            out.add("\r\n");
        };
    }

    private boolean chunk(ByteQueue out) throws RefusedException {
        int end = in.endOfLine(MAX_CHUNK_LINE);
        if (end < 0) {
            return more(MAX_CHUNK_LINE);
        }
        Matcher chunk = CHUNK.matcher(in.text(end));
        if (!chunk.matches()) {
            throw new RefusedException(BAD, "the host's answer has a malformed chunk");
        }
        left = Long.parseLong(chunk.group(1), HEX);
        in.take(end + 2);
        if (left == 0) {
            echoes.flush(asChunk(out));
            part = Part.TRAILER;
        } else {
            part = Part.CHUNK_DATA;
        }
        return true;
    }

    private boolean chunkData(ByteQueue out) throws RefusedException {
        int length = (int) Math.min(left, in.size());
        left -= length;
        take(length, asChunk(out));
        if (left == 0) {
            part = Part.CHUNK_END;
        }
        return true;
    }

    private boolean chunkEnd() throws RefusedException {
        if (in.size() < 2) {
            return false;
        }
        if (in.at(0) != '\r' || in.at(1) != '\n') {
            throw new RefusedException(BAD, "the host's answer has a malformed chunk");
        }
        in.take(2);
        part = Part.CHUNK;
        return true;
    }

    private boolean trailer(ByteQueue out) throws RefusedException {
        int end = in.endOfLine(MAX_TRAILER);
        if (end < 0) {
            return more(MAX_TRAILER);
        }
        in.take(end + 2);
        if (end == 0) {
            out.add("0\r\n\r\n");
            part = Part.HEAD;
        }
        return true;
    }

    private boolean more(int most) throws RefusedException {
        if (in.size() >= most) {
            throw new RefusedException(BAD, "the host's answer has a line that is too long");
        }
        return false;
    }

    /** Facts of a head. */
    private static final class Head {
        private int status;
        private Optional<String> length = Optional.empty();
        private boolean isChunked;
    }

    private boolean head(ByteQueue out) throws RefusedException {
        int end = in.endOfHead(MAX_HEAD);
        if (end < 0) {
            if (in.size() >= MAX_HEAD) {
                throw new RefusedException(BAD, "the head of the host's answer is longer than " + MAX_HEAD + " bytes");
            }
            return false;
        }
        Head head = read(in.text(end - 4));
        Deque<RequestFilter.Pending> pending = requests.pending();
        RequestFilter.Pending request = pending.peek();
        if (request == null) {
            throw new RefusedException(BAD, "the host answers what nobody asked for");
        }
        boolean isSwitch = head.status == SWITCHING;
        if (isSwitch && !request.isUpgrade()) {
            throw new RefusedException(BAD, "the host changes to another protocol, which nobody asked for");
        }
        ofHeads.push(in.array(), in.start(), end, out::add);
        ofHeads.flush(out::add);
        in.take(end);
        boolean isInterim = head.status / 100 == 1;
        if (isInterim && !isSwitch) {
            return true;
        }
        if (request.isUpgrade()) {
            requests.upgraded(isSwitch);
        }
        part = isSwitch ? Part.RAW : next(head, request);
        if (part != Part.UNTIL_END) {
            pending.remove();
        }
        return true;
    }

    private Part next(Head head, RequestFilter.Pending request) {
        boolean isEmpty = head.status == NO_CONTENT || head.status == NOT_MODIFIED || !request.hasBodyInAnswer();
        if (isEmpty) {
            return Part.HEAD;
        }
        if (head.isChunked) {
            return Part.CHUNK;
        }
        if (head.length.isEmpty()) {
            return Part.UNTIL_END;
        }
        left = Long.parseLong(head.length.get());
        return left == 0 ? Part.HEAD : Part.BODY;
    }

    private static Head read(String text) throws RefusedException {
        String[] lines = text.split("\r\n", -1);
        Matcher status = STATUS.matcher(lines[0]);
        if (!status.matches()) {
            throw new RefusedException(BAD, "the host's answer is no HTTP/1.1");
        }
        Head head = new Head();
        head.status = Integer.parseInt(status.group(1));
        for (int i = 1; i < lines.length; i++) {
            Matcher field = FIELD.matcher(lines[i]);
            if (!field.matches() || lines[i].indexOf('\n') >= 0 || lines[i].indexOf('\r') >= 0) {
                throw new RefusedException(BAD, "the host's answer has a malformed header field");
            }
            field(head, field.group(1).toLowerCase(Locale.ROOT), field.group(2).strip());
        }
        if (head.isChunked && head.length.isPresent()) {
            throw new RefusedException(BAD, "the host's answer has both a length and chunks");
        }
        return head;
    }

    private static void field(Head head, String name, String value) throws RefusedException {
        switch (name) {
            case "content-length" -> {
                boolean isOther = head.length.isPresent() && !head.length.get().equals(value);
                if (isOther || !LENGTH.matcher(value).matches()) {
                    throw new RefusedException(BAD, "the host's answer has a malformed length");
                }
                head.length = Optional.of(value);
            }
            case "transfer-encoding" -> {
                if (head.isChunked || !value.equalsIgnoreCase("chunked")) {
                    throw new RefusedException(BAD, "the host's answer has a transfer encoding other than chunked");
                }
                head.isChunked = true;
            }
            case "content-encoding" -> {
                if (!value.isEmpty() && !value.equalsIgnoreCase("identity")) {
                    throw new RefusedException(
                            BAD,
                            "the host compresses its answer, though identity was asked for, and the gate could not see a"
                                    + " secret in it");
                }
            }
            case "sec-websocket-extensions" ->
                throw new RefusedException(BAD, "the host compresses WebSocket, which nobody asked for");
            default -> {}
        }
    }

    /** Forgets what it knows of secrets. */
    public void close() {
        echoes.close();
        ofHeads.close();
        in.clear();
        requests.close();
    }

    /** An answer of the gate's own, after which it ends. */
    public static byte[] own(String status, String why) {
        byte[] text = ("NullBox: " + why + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] head = ("HTTP/1.1 " + status + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
                        + text.length + "\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] whole = Arrays.copyOf(head, head.length + text.length);
        System.arraycopy(text, 0, whole, head.length, text.length);
        return whole;
    }
}
