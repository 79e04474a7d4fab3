package dev.nullbox.archive;

import dev.nullbox.service.TerminalText;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Names of files as Linux has them, bytes, in strings of ISO 8859-1: one character a byte. */
public final class ByteNames {
    private static final int SHOWN = 200;

    private ByteNames() {}

    public static String of(byte[] bytes, int offset, int length) {
        return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }

    /** The file name of a text, in UTF-8. */
    public static String ofText(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    public static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The name for messages: as UTF-8 if it is that, on one line, cut when it is long. */
    public static String shown(String name) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(name)))
                    .toString();
        } catch (CharacterCodingException e) {
            text = name;
        }
        String line = TerminalText.escaped(text);
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "...";
    }
}
