package dev.nullbox.manifest.reader;

import dev.nullbox.manifest.Problem;
import dev.nullbox.protocol.id.Text;

/** A place in a TOML text, and the tokens that can stand there. */
final class TomlCursor {
    private static final int MAX_DIGITS = 18;

    private final String text;
    private final StringBuilder plain;
    private int position;
    private int line = 1;

    TomlCursor(String text) {
        this.text = text;
        this.plain = new StringBuilder(text);
    }

    /** The text with its comments so far made blank. */
    String plain() {
        return plain.toString();
    }

    boolean isAtEnd() {
        return position >= text.length();
    }

    /** The character here; a line end when the text is over. */
    char peek() {
        return isAtEnd() ? '\n' : text.charAt(position);
    }

    /** Tells whether a comment or the line's end is here. */
    boolean isAtLineEnd() {
        return peek() == '\n' || peek() == '#' || isCrLf();
    }

    private boolean isCrLf() {
        return text.startsWith("\r\n", position);
    }

    boolean take(char c) {
        if (isAtEnd() || peek() != c) {
            return false;
        }
        position++;
        return true;
    }

    void expect(char c, String what) throws TomlSyntaxException {
        if (!take(c)) {
            throw refuse(found() + " stands where " + what + " must", "write " + c);
        }
    }

    void skipBlanks() {
        while (!isAtEnd() && (peek() == ' ' || peek() == '\t')) {
            position++;
        }
    }

    /** Skips blanks, comments and line ends: inside arrays. */
    void skipBlanksAndLines() throws TomlSyntaxException {
        skipBlanks();
        while (!isAtEnd() && isAtLineEnd()) {
            endLine();
            skipBlanks();
        }
    }

    /** Takes a comment and the line's end, or refuses whatever else is here. */
    void endLine() throws TomlSyntaxException {
        skipBlanks();
        if (peek() == '#') {
            while (!isAtEnd() && peek() != '\n' && !isCrLf()) {
                checkCharacter();
                plain.setCharAt(position, ' ');
                position++;
            }
        }
        if (isAtEnd()) {
            return;
        }
        take('\r');
        if (!take('\n')) {
            throw refuse(found() + " stands where the line must end", "write one key = value a line");
        }
        line++;
    }

    /** Skips to the next line after a refusal. */
    void skipLine() {
        while (!isAtEnd() && peek() != '\n') {
            position++;
        }
        if (take('\n')) {
            line++;
        }
    }

    String bareKey() throws TomlSyntaxException {
        int start = position;
        while (!isAtEnd() && (Text.isAlphanumeric(peek()) || peek() == '_' || peek() == '-')) {
            position++;
        }
        if (start == position) {
            throw refuse(found() + " stands where a key must", "write keys bare, of A-Z a-z 0-9 _ -");
        }
        return text.substring(start, position);
    }

    /** A string on one line: literal, or basic with the escapes that toml4j reads rightly. */
    void string() throws TomlSyntaxException {
        char quote = peek();
        position++;
        while (!take(quote)) {
            if (peek() == '\n' || isCrLf()) {
                throw refuse("a string does not end on its line", "close it; strings are on one line");
            }
            checkCharacter();
            if (quote == '"' && peek() == '\\') {
                position++;
                if ("btnfr\"".indexOf(peek()) < 0) {
                    throw refuse(
                            "the escape \\" + peek() + " is not read here",
                            "write the character itself; backslashes in 'single quotes'");
                }
            }
            position++;
        }
        if (text.startsWith(String.valueOf(quote), position)) {
            throw refuse("a quote follows a string", "strings are on one line, without triple quotes");
        }
    }

    /** An integer of at most 18 digits, a fraction, or a boolean; which of them. */
    String scalar() throws TomlSyntaxException {
        int start = position;
        while (!isAtEnd() && (Text.isAlphanumeric(peek()) || "+-._:".indexOf(peek()) >= 0)) {
            position++;
        }
        String word = text.substring(start, position);
        if (word.isEmpty()) {
            throw refuse(found() + " stands where a value must", "write a string in quotes, a number, true or false");
        }
        if (word.equals("true") || word.equals("false")) {
            return "boolean";
        }
        if (!isNumber(word)) {
            throw refuse(
                    Text.quoted(word) + " is not a value", "write a string in quotes, a decimal number, true or false");
        }
        return word.contains(".") ? "fraction" : "integer";
    }

    private static boolean isNumber(String word) {
        int start = word.startsWith("+") || word.startsWith("-") ? 1 : 0;
        int dot = word.indexOf('.');
        String whole = word.substring(start, dot < 0 ? word.length() : dot);
        String fraction = dot < 0 ? "0" : word.substring(dot + 1);
        return isDigitGroup(whole) && isDigitGroup(fraction) && (whole.length() == 1 || !whole.startsWith("0"));
    }

    private static boolean isDigitGroup(String digits) {
        return !digits.startsWith("_")
                && !digits.endsWith("_")
                && !digits.contains("__")
                && digits.length() <= MAX_DIGITS
                && Text.isDigits(digits.replace("_", ""));
    }

    private void checkCharacter() throws TomlSyntaxException {
        char c = peek();
        boolean unpaired = Character.isSurrogate(c)
                && !Character.isSurrogatePair(c, position + 1 < text.length() ? text.charAt(position + 1) : ' ')
                && !(position > 0 && Character.isSurrogatePair(text.charAt(position - 1), c));
        if ((c < ' ' && c != '\t') || c == 0x7f || unpaired) {
            throw refuse(found() + " is a control character", "TOML allows none but tab and line end");
        }
    }

    private String found() {
        if (isAtEnd()) {
            return "the end";
        }
        char c = peek();
        if (c == '\n') {
            return "the line's end";
        }
        return c <= ' ' || c > '~' ? "character U+" + Integer.toHexString(c) : "'" + c + "'";
    }

    /** A refusal of what is here. */
    TomlSyntaxException refuse(String problem, String remedy) {
        return new TomlSyntaxException(new Problem("line " + line, problem, remedy));
    }
}
