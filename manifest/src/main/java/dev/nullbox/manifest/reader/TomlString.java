package dev.nullbox.manifest.reader;

/** Reader of TOML's four kinds of strings; returns the strings that they mean. Source: toml.io/en/v1.0.0#string. */
final class TomlString {
    private static final String ESCAPES = "btnfr\"\\";
    private static final String ESCAPED = "\b\t\n\f\r\"\\";
    private static final int SHORT_CODE = 4;
    private static final int LONG_CODE = 8;
    private static final int HEX = 16;
    /** Most quotes before the three that close a multi-line string. */
    private static final int MAX_LAST_QUOTES = 2;

    private final TomlCursor at;
    private final StringBuilder value = new StringBuilder();

    private TomlString(TomlCursor at) {
        this.at = at;
    }

    /** Reads a string, of one line or of many. */
    static String read(TomlCursor at) throws TomlSyntaxException {
        String quotes = at.startsWith("\"\"\"") ? "\"\"\"" : "'''";
        return at.take(quotes) ? new TomlString(at).lines(quotes) : readLine(at);
    }

    /** Reads a string of one line, as a key may be. */
    static String readLine(TomlCursor at) throws TomlSyntaxException {
        return new TomlString(at).line(at.next());
    }

    private String line(char quote) throws TomlSyntaxException {
        while (!at.take(quote)) {
            if (at.peek() == '\n' || at.startsWith("\r\n")) {
                throw at.refuse(
                        "a string does not end on its line", "close it, or open and close it with three quotes");
            }
            character(quote);
        }
        return value.toString();
    }

    private String lines(String quotes) throws TomlSyntaxException {
        int begin = at.line();
        char quote = quotes.charAt(0);
        at.takeNewline();
        while (!at.take(quotes)) {
            if (at.isAtEnd()) {
                throw TomlCursor.refuse(begin, "a string does not end", "close it with " + quotes);
            }
            if (at.takeNewline()) {
                value.append('\n');
            } else if (!takesLineEnd(quote)) {
                try {
                    character(quote);
                } catch (TomlSyntaxException refusal) {
                    at.skipBehind(quotes);
                    throw refusal;
                }
            }
        }
        for (int i = 0; i < MAX_LAST_QUOTES && at.take(quote); i++) {
            value.append(quote);
        }
        return value.toString();
    }

    /** Consumes a backslash that ends its line, with all blanks and line ends after it. */
    private boolean takesLineEnd(char quote) {
        if (quote != '"' || !at.startsWith("\\") || !at.isBlankLineAfter(1)) {
            return false;
        }
        at.take('\\');
        do {
            at.skipBlanks();
        } while (at.takeNewline());
        return true;
    }

    private void character(char quote) throws TomlSyntaxException {
        at.checkCharacter();
        char c = at.next();
        if (c == '\\' && quote == '"') {
            escape();
        } else {
            value.append(c);
        }
    }

    private void escape() throws TomlSyntaxException {
        if (at.take('u')) {
            code(SHORT_CODE);
        } else if (at.take('U')) {
            code(LONG_CODE);
        } else {
            int index = at.isAtEnd() ? -1 : ESCAPES.indexOf(at.peek());
            if (index < 0) {
                throw at.refuse(
                        "a backslash begins no escape of TOML",
                        "use \\b \\t \\n \\f \\r \\\" \\\\ \\uXXXX \\UXXXXXXXX, or 'single quotes', which have no escapes");
            }
            at.next();
            value.append(ESCAPED.charAt(index));
        }
    }

    private void code(int digits) throws TomlSyntaxException {
        int code = 0;
        for (int i = 0; i < digits; i++) {
            int digit = at.isAtEnd() || at.peek() > '~' ? -1 : Character.digit(at.peek(), HEX);
            if (digit < 0 || code > Character.MAX_CODE_POINT) {
                throw noCharacter(digits);
            }
            at.next();
            code = code * HEX + digit;
        }
        boolean isSurrogate = code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE;
        if (code > Character.MAX_CODE_POINT || isSurrogate) {
            throw noCharacter(digits);
        }
        value.appendCodePoint(code);
    }

    private TomlSyntaxException noCharacter(int digits) {
        return at.refuse(
                "an escape of " + digits + " digits names no character",
                "use \\uXXXX or \\UXXXXXXXX, hexadecimal, up to 10FFFF, without D800 to DFFF");
    }
}
