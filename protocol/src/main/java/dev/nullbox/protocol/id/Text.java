package dev.nullbox.protocol.id;

/** Predicates on strings without patterns, and a bounded form of hostile text for messages. */
public final class Text {
    /** The longest identifier, in characters. */
    public static final int MAX_IDENTIFIER = 64;
    /** The rule of identifiers in words. */
    public static final String IDENTIFIER = "1 to " + MAX_IDENTIFIER + " of `A-Z a-z 0-9 _`, no digit first";

    private static final int SHOWN = 40;

    private Text() {}

    /** Tells whether it is an ASCII letter or digit. */
    public static boolean isAlphanumeric(char c) {
        return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    /** Tells whether it is an ASCII decimal digit. */
    public static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** Tells whether all characters are ASCII letters, digits, or one of {@code others}. */
    public static boolean consistsOf(String text, String others) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isAlphanumeric(c) && others.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether all characters are printable ASCII, the space included. */
    public static boolean isPrintableAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    /** Tells whether the text is one decimal digit or more. */
    public static boolean isDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isDigit(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** Tells whether the text is an {@link #IDENTIFIER}. */
    public static boolean isIdentifier(String text) {
        return !text.isEmpty() && text.length() <= MAX_IDENTIFIER && !isDigit(text.charAt(0)) && consistsOf(text, "_");
    }

    /** The text in quotes, cut after 40 characters, with all but printable ASCII replaced by {@code ?}. */
    public static String quoted(String text) {
        StringBuilder shown = new StringBuilder("\"");
        for (int i = 0; i < Math.min(text.length(), SHOWN); i++) {
            char c = text.charAt(i);
            shown.append(c < ' ' || c > '~' ? '?' : c);
        }
        return shown.append(text.length() > SHOWN ? "...\"" : "\"").toString();
    }
}
