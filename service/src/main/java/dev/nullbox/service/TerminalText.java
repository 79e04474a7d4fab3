package dev.nullbox.service;

import com.google.gson.JsonElement;
import dev.nullbox.rpc.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/** Text from elsewhere made fit for a terminal: no control character, no escape sequence, no change of direction. */
public final class TerminalText {
    private TerminalText() {}

    /** One line: everything that is no visible character becomes {@code ?}, a tab a space. */
    public static String line(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(c -> shown.appendCodePoint(c == '\t' ? ' ' : isVisible(c) ? c : '?'));
        return shown.toString();
    }

    /** The same JSON value, with everything that is no visible character spelled as an escape. */
    public static String json(JsonElement tree) {
        String text = Json.write(tree);
        StringBuilder shown = new StringBuilder(text.length());
        HexFormat hex = HexFormat.of();
        text.codePoints().forEach(c -> {
            if (isVisible(c)) {
                shown.appendCodePoint(c);
            } else {
                // Outside of strings JSON has visible characters only, so that this is always within one.
                for (char half : Character.toChars(c)) {
                    shown.append("\\u").append(hex.toHexDigits(half));
                }
            }
        });
        return shown.toString();
    }

    /** The bytes as text, where they are UTF-8 of nothing but visible characters, tabs and line feeds. */
    public static Optional<String> text(byte[] utf8) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
            return Optional.of(text).filter(t -> t.codePoints().allMatch(c -> c == '\n' || c == '\t' || isVisible(c)));
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static boolean isVisible(int c) {
        if (c < 0x7f) {
            return c >= 0x20;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
