package dev.nullbox.ctxgraph.memory;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.TreeMap;

/**
 * The JSON Canonicalization Scheme (RFC 8785): one text for all JSON texts that mean the same.
 *
 * <p>Numbers are IEEE 754 doubles. A number that a double cannot hold is refused instead of changed: one beyond the
 * range, or an integer without exponent that would read back differently, as 9007199254740993.
 */
public final class CanonicalJson {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    /** The tree holds a number that has no canonical form. */
    public static final class UnrepresentableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnrepresentableException(String message) {
            super(message);
        }
    }

    private CanonicalJson() {}

    /**
     * The canonical text; the parser has bounded the tree's depth.
     *
     * @throws UnrepresentableException when a number has no canonical form
     */
    public static String canonical(JsonElement tree) throws UnrepresentableException {
        StringBuilder out = new StringBuilder();
        append(out, tree);
        return out.toString();
    }

    private static void append(StringBuilder out, JsonElement tree) throws UnrepresentableException {
        if (tree instanceof JsonObject object) {
            appendObject(out, object);
        } else if (tree instanceof JsonArray array) {
            char separator = '[';
            for (JsonElement element : array) {
                append(out.append(separator), element);
                separator = ',';
            }
            out.append(array.isEmpty() ? "[]" : "]");
        } else if (tree instanceof JsonPrimitive primitive) {
            if (primitive.isString()) {
                appendString(out, primitive.getAsString());
            } else if (primitive.isBoolean()) {
                out.append(primitive.getAsBoolean());
            } else {
                out.append(number(primitive.getAsNumber()));
            }
        } else {
            out.append("null");
        }
    }

    /** Names in the order of their UTF-16 units (RFC 8785, section 3.2.3), which is that of {@code String}. */
    private static void appendObject(StringBuilder out, JsonObject object) throws UnrepresentableException {
        char separator = '{';
        for (var member : new TreeMap<>(object.asMap()).entrySet()) {
            appendString(out.append(separator), member.getKey());
            append(out.append(':'), member.getValue());
            separator = ',';
        }
        out.append(object.isEmpty() ? "{}" : "}");
    }

    private static void appendString(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            switch (unit) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\t' -> out.append("\\t");
                case '\n' -> out.append("\\n");
                case '\f' -> out.append("\\f");
                case '\r' -> out.append("\\r");
                default -> {
                    if (unit < ' ') {
                        out.append("\\u00").append(HEX[unit >> 4]).append(HEX[unit & 15]);
                    } else {
                        out.append(unit);
                    }
                }
            }
        }
        out.append('"');
    }

    private static String number(Number number) throws UnrepresentableException {
        BigDecimal exact = new BigDecimal(number.toString());
        double value = exact.doubleValue();
        if (Double.isInfinite(value)) {
            throw new UnrepresentableException("a number is beyond what a double holds (1.8e308)");
        }
        String text = number(value);
        boolean plainInteger = exact.scale() == 0;
        if (plainInteger && exact.compareTo(new BigDecimal(text)) != 0 && exact.compareTo(new BigDecimal(value)) != 0) {
            throw new UnrepresentableException(
                    "the integer " + number + " would be read back as " + text + ": send it as a string");
        }
        return text;
    }

    /**
     * A finite double as ECMAScript's Number::toString has it (ECMA-262, section 6.1.6.1.20).
     *
     * @throws IllegalArgumentException for a NaN or an infinity
     */
    static String number(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            throw new IllegalArgumentException("not a finite number: " + value);
        }
        if (value == 0) {
            return "0";
        }
        BigDecimal shortest = shortest(Math.abs(value));
        String digits = shortest.unscaledValue().toString();
        String magnitude = layOut(digits, digits.length() - shortest.scale());
        return value < 0 ? "-" + magnitude : magnitude;
    }

    /**
     * The shortest decimal that reads back as the value, nearest to it among equals, without trailing zeros. Since JDK
     * 19 {@code Double.toString} gives just that, but never fewer than two digits: so one digit is tried here.
     */
    private static BigDecimal shortest(double value) {
        BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        if (shortest.precision() != 2) {
            return shortest;
        }
        BigDecimal exact = new BigDecimal(value);
        BigDecimal down = shortest.setScale(shortest.scale() - 1, RoundingMode.DOWN);
        BigDecimal up = shortest.setScale(shortest.scale() - 1, RoundingMode.UP);
        boolean downNearer =
                exact.subtract(down).abs().compareTo(up.subtract(exact).abs()) <= 0;
        BigDecimal nearer = downNearer ? down : up;
        BigDecimal farther = downNearer ? up : down;
        if (nearer.doubleValue() == value) {
            return nearer.stripTrailingZeros();
        }
        return farther.doubleValue() == value ? farther.stripTrailingZeros() : shortest;
    }

    /**
     * Digits with their point or exponent.
     *
     * @param point n in ECMA-262's terms: the value is 0.digits times ten to the n
     */
    private static String layOut(String digits, int point) {
        int count = digits.length();
        if (count <= point && point <= 21) {
            return digits + "0".repeat(point - count);
        }
        if (0 < point && point <= 21) {
            return digits.substring(0, point) + "." + digits.substring(point);
        }
        if (-6 < point && point <= 0) {
            return "0." + "0".repeat(-point) + digits;
        }
        int exponent = point - 1;
        String mantissa = count == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        return mantissa + (exponent < 0 ? "e-" : "e+") + Math.abs(exponent);
    }
}
