package dev.nullbox.service;

import com.google.gson.JsonElement;
import dev.nullbox.rpc.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Untrusted text for a terminal: no control character, no escape sequence, no change of direction. One rule decides what is
 * visible; only the replacement differs.
 */
public final class TerminalText {
    private static final int FIRST_AFTER_C1 = 0xa0;

    private TerminalText() {}

    /** The text on one line: each invisible character becomes {@code ?}, a tab a space. */
    public static String line(String text) {
        return spell(text, c -> c == '\t' ? " " : "?");
    }

    /** The text on one line: each invisible character becomes its number after a backslash and x or u; a tab stays. */
    public static String escaped(String text) {
        HexFormat hex = HexFormat.of();
        return spell(
                text,
                c -> c == '\t'
                        ? "\t"
                        : c < FIRST_AFTER_C1
                                ? "\\x" + hex.toHexDigits((byte) c)
                                : "\\u{" + Integer.toHexString(c) + "}");
    }

    /** The same JSON value, with each invisible character as a JSON escape. */
    public static String json(JsonElement tree) {
        HexFormat hex = HexFormat.of();
        // Outside of strings JSON has visible characters only, so that the others are always within one.
        return spell(Json.write(tree), c -> {
            StringBuilder halves = new StringBuilder();
            for (char half : Character.toChars(c)) {
                halves.append("\\u").append(hex.toHexDigits(half));
            }
            return halves.toString();
        });
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

    private static String spell(String text, IntFunction<String> invisible) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (isVisible(c)) {
                shown.appendCodePoint(c);
            } else {
                shown.append(invisible.apply(c));
            }
        });
        return shown.toString();
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
