package dev.nullbox.nullctl.archive;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Names of files as Linux has them: bytes, which need not be text in this process's locale. A path's own text replaces
 * what it cannot decode; its URI has each byte.
 */
final class PathBytes {
    private static final int ASCII_END = 0x80;
    private static final byte SLASH = '/';

    private PathBytes() {}

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
