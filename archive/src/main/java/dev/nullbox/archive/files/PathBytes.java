package dev.nullbox.archive.files;

import dev.nullbox.archive.ByteNames;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Names of files as Linux has them: bytes, which need not be text in this process's locale. A path's own text replaces
 * what it cannot decode; its URI has each byte.
 */
public final class PathBytes {
    private static final int ASCII_END = 0x80;
    private static final byte SLASH = '/';

    private PathBytes() {}

    /** The path, absolute, with one character a byte. */
    public static String text(Path path) {
        byte[] bytes = absolute(path);
        return ByteNames.of(bytes, 0, bytes.length);
    }

    /** The path, absolute, without a slash at its end but that of {@code /}. */
    static byte[] absolute(Path path) {
        byte[] bytes = decoded(path.toUri().getRawPath());
        return bytes.length > 1 && bytes[bytes.length - 1] == SLASH ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
    }

    /** The last name of a path that has one. */
    static byte[] name(Path path) {
        String text = String.valueOf(path.getFileName());
        if (isAscii(text)) {
            return ascii(text);
        }
        byte[] bytes = absolute(path);
        int start = bytes.length;
        while (start > 0 && bytes[start - 1] != SLASH) {
            start--;
        }
        return Arrays.copyOfRange(bytes, start, bytes.length);
    }

    /** The content of a symbolic link, byte by byte. */
    static byte[] link(Path content) {
        String text = content.toString();
        if (isAscii(text)) {
            return ascii(text);
        }
        byte[] bytes = decoded(content.toUri().getRawPath());
        // A slash is added when a directory of that name happens to exist.
        int end = bytes[bytes.length - 1] == SLASH && !text.endsWith("/") ? bytes.length - 1 : bytes.length;
        byte[] here = absolute(Path.of(""));
        int start = content.isAbsolute() ? 0 : here.length == 1 ? 1 : here.length + 1;
        return Arrays.copyOfRange(bytes, start, end);
    }

    /** The child of a directory, by its name with one character a byte. */
    static Path child(Path directory, String name) {
        if (isAscii(name)) {
            return directory.resolve(name);
        }
        byte[] above = absolute(directory);
        return fromUri(encoded(above) + (above.length == 1 ? "" : "/") + encoded(ByteNames.bytes(name)));
    }

    /** An absolute path, with one character a byte. */
    static Path path(String absolute) {
        return isAscii(absolute) ? Path.of(absolute) : fromUri(encoded(ByteNames.bytes(absolute)));
    }

    /** The content of a symbolic link, with one character a byte. */
    static Path target(String content) {
        if (isAscii(content) || content.startsWith("/")) {
            return path(content);
        }
        Path below = fromUri("/" + encoded(ByteNames.bytes(content)));
        return below.subpath(0, below.getNameCount());
    }

    private static Path fromUri(String raw) {
        return Path.of(URI.create("file://" + raw));
    }

    /** RFC 3986 section 2.1: all but slashes. */
    private static String encoded(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte one : bytes) {
            if (one == SLASH) {
                text.append('/');
            } else {
                text.append('%').append(HexFormat.of().toHexDigits(one));
            }
        }
        return text.toString();
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < ASCII_END);
    }

    private static byte[] ascii(String text) {
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) text.charAt(i);
        }
        return bytes;
    }

    /** RFC 3986 section 2.1. */
    private static byte[] decoded(String raw) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                bytes.write(Integer.parseInt(raw, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toByteArray();
    }
}
