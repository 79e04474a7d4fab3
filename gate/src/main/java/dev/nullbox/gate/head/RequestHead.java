package dev.nullbox.gate.head;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Head of an HTTP/1 request. What RFC 9112 lets a recipient repair is refused: a server could repair it in another way
 * (threat: request smuggling). Source: RFC 9112 sections 2 to 7, RFC 9110 section 7.2.
 *
 * @param method its method
 * @param line its first line
 * @param fields its header fields, in their order
 * @param host the host that it is for, in lower case
 * @param bytes its length, the empty line included
 * @param body length of its body; empty for a chunked one
 */
public record RequestHead(String method, String line, List<Field> fields, String host, int bytes, OptionalLong body) {
    public static final int MAX_BYTES = 16 * 1024;

    private static final Pattern LINE =
            Pattern.compile("([A-Za-z!#$%&'*+.^_`|~0-9-]{1,32}) ([\\x21-\\x7e]+) HTTP/1\\.([01])");
    private static final Pattern FIELD =
            Pattern.compile("([A-Za-z!#$%&'*+.^_`|~0-9-]{1,128}):([\\x20-\\x7e\\t\\x80-\\xff]*)");
    private static final Pattern ABSOLUTE = Pattern.compile("(?i)(https?)://([^/?#]*)(?:[/?].*)?");
    private static final Pattern AUTHORITY = Pattern.compile("([^:@\\[\\]]+)(?::([0-9]{1,5}))?");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

    public RequestHead {
        fields = List.copyOf(fields);
    }

    /** A header field; the value without blanks around it. */
    public record Field(String name, String value) {
        /** Tells whether it has this name, which is in lower case. */
        public boolean is(String lower) {
            return name.equalsIgnoreCase(lower);
        }
    }

    /**
     * Parses the head at the beginning of bytes; empty while it is not whole.
     *
     * @param port the port that the agent connected to
     */
    static Optional<RequestHead> parse(byte[] bytes, int length, int port) throws UnreadException {
        return parse(bytes, length, port, false);
    }

    /**
     * The same of a connection whose TLS is opened, which may change to WebSocket.
     *
     * @param isOpened whether it is one; the caller decides about a change
     */
    public static Optional<RequestHead> parse(byte[] bytes, int length, int port, boolean isOpened)
            throws UnreadException {
        String text = new String(bytes, 0, Math.min(length, MAX_BYTES), StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        int bare = text.indexOf("\n\n");
        if (bare >= 0 && (end < 0 || bare < end)) {
            throw malformed("a line that does not end with CR LF");
        }
        if (end < 0) {
            if (length >= MAX_BYTES) {
                throw new UnreadException("the HTTP request's head is longer than " + MAX_BYTES + " bytes");
            }
            return Optional.empty();
        }
        return Optional.of(new Reader(port, isOpened).read(text.substring(0, end), end + 4));
    }

    /** State while the lines of one head are read. */
    private static final class Reader {
        private final int port;
        private Optional<String> host = Optional.empty();
        private Optional<String> length = Optional.empty();
        private final boolean isOpened;
        private final List<Field> fields = new ArrayList<>();
        private boolean isChunked;

        Reader(int port, boolean isOpened) {
            this.port = port;
            this.isOpened = isOpened;
        }

        RequestHead read(String text, int bytes) throws UnreadException {
            String[] lines = text.split("\r\n", -1);
            Matcher line = LINE.matcher(lines[0]);
            if (!line.matches()) {
                throw malformed("its first line");
            }
            for (int i = 1; i < lines.length; i++) {
                field(lines[i]);
            }
            String name = host.orElseThrow(() -> new UnreadException("the HTTP request has no Host"));
            target(line.group(1), line.group(2), name);
            if (isChunked && (length.isPresent() || line.group(3).equals("0"))) {
                throw malformed("both a length and chunks");
            }
            return new RequestHead(
                    line.group(1),
                    lines[0],
                    fields,
                    name,
                    bytes,
                    isChunked ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(length.orElse("0"))));
        }

        private void target(String method, String target, String name) throws UnreadException {
            if (method.equalsIgnoreCase("CONNECT")) {
                throw new UnreadException("CONNECT, which the gate does not pass");
            }
            if (target.startsWith("/") || target.equals("*")) {
                return;
            }
            Matcher absolute = ABSOLUTE.matcher(target);
            String scheme = isOpened ? "https" : "http";
            if (!absolute.matches()
                    || !absolute.group(1).equalsIgnoreCase(scheme)
                    || !authority(absolute.group(2)).equals(name)) {
                throw malformed("its target, which is neither a path nor of its Host");
            }
        }

        private void field(String line) throws UnreadException {
            Matcher field = FIELD.matcher(line);
            if (!field.matches()) {
                throw malformed("a header field");
            }
            String value = field.group(2).strip();
            fields.add(new Field(field.group(1), value));
            switch (field.group(1).toLowerCase(Locale.ROOT)) {
                case "host" -> {
                    if (host.isPresent()) {
                        throw malformed("two Hosts");
                    }
                    host = Optional.of(authority(value));
                }
                case "content-length" -> {
                    if (length.isPresent() || !LENGTH.matcher(value).matches()) {
                        throw malformed("its length");
                    }
                    length = Optional.of(value);
                }
                case "transfer-encoding" -> {
                    if (isChunked || !value.equalsIgnoreCase("chunked")) {
                        throw malformed("its transfer encoding");
                    }
                    isChunked = true;
                }
                case "upgrade" -> {
                    if (!isOpened) {
                        throw new UnreadException(
                                "an HTTP request to change to another protocol (Upgrade), which the gate"
                                        + " does not pass without TLS");
                    }
                }
                default -> {}
            }
        }

        private String authority(String text) throws UnreadException {
            Matcher authority = AUTHORITY.matcher(text);
            if (!authority.matches() || (authority.group(2) != null && Integer.parseInt(authority.group(2)) != port)) {
                throw malformed("its Host");
            }
            return HostName.of(authority.group(1)).orElseThrow(() -> malformed("its Host"));
        }
    }

    private static UnreadException malformed(String what) {
        return new UnreadException("the HTTP request is malformed: " + what);
    }
}
