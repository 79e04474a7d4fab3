package dev.nullbox.manifest.reader;

import dev.nullbox.manifest.Problem;
import dev.nullbox.protocol.id.Text;

/** Cursor in a TOML text, with the tokens other than strings. */
final class TomlCursor {
    private static final int MAX_DIGITS = 18;

    private final String text;
    private int position;
    private int line = 1;

    TomlCursor(String text) {
        this.text = text;
    }

    boolean isAtEnd() {
        return position >= text.length();
    }

    int line() {
        return line;
    }

    /** The present character; a line feed at the end of the text. */
    char peek() {
        return isAtEnd() ? '\n' : text.charAt(position);
    }

    /** The present character, which is consumed. */
    char next() {
        return text.charAt(position++);
    }

    /** Tells whether the text continues with the token. */
    boolean startsWith(String token) {
        return text.startsWith(token, position);
    }

    /** Tells whether only blanks and a line end follow after so many characters. */
    boolean isBlankLineAfter(int characters) {
        int ahead = position + characters;
        while (ahead < text.length() && (text.charAt(ahead) == ' ' || text.charAt(ahead) == '\t')) {
            ahead++;
        }
        return text.startsWith("\n", ahead) || text.startsWith("\r\n", ahead);
    }

    /** Tells whether a comment or the line's end follows. */
    private boolean isAtLineEnd() {
        return peek() == '\n' || peek() == '#' || isCrLf();
    }

    private boolean isCrLf() {
        return startsWith("\r\n");
    }

    boolean take(char c) {
        if (isAtEnd() || peek() != c) {
            return false;
        }
        position++;
        return true;
    }

    boolean take(String token) {
        if (!startsWith(token)) {
            return false;
        }
        position += token.length();
        return true;
    }

    /** Consumes one LF or CRLF. */
    boolean takeNewline() {
        if (!take('\n') && !take("\r\n")) {
            return false;
        }
        line++;
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

    /** Skips blanks, comments and line ends: inside arrays, and between lines. */
    void skipBlanksAndLines() throws TomlSyntaxException {
        skipBlanks();
        while (!isAtEnd() && isAtLineEnd()) {
            endLine();
            skipBlanks();
        }
    }

    /** Consumes a comment and the line's end, or refuses anything else. */
    void endLine() throws TomlSyntaxException {
        skipBlanks();
        if (peek() == '#') {
            while (!isAtEnd() && peek() != '\n' && !isCrLf()) {
                checkCharacter();
                position++;
            }
        }
        if (!isAtEnd() && !takeNewline()) {
            throw refuse(found() + " stands where the line must end", "write one key = value a line");
        }
    }

    /** Skips to the next line after a refusal. */
    void skipLine() {
        while (!isAtEnd() && !takeNewline()) {
            position++;
        }
    }

    /** Skips past the next such token, or to the end. */
    void skipBehind(String token) {
        while (!isAtEnd() && !take(token)) {
            if (!takeNewline()) {
                position++;
            }
        }
    }

    String bareKey() throws TomlSyntaxException {
        int start = position;
        while (!isAtEnd() && (Text.isAlphanumeric(peek()) || peek() == '_' || peek() == '-')) {
            position++;
        }
        if (start == position) {
            throw refuse(found() + " stands where a key must", "write keys bare, of A-Z a-z 0-9 _ -, or in quotes");
        }
        return text.substring(start, position);
    }

    /** Reads an integer of at most 18 digits, a fraction, or a boolean. */
    String scalar() throws TomlSyntaxException {
        int start = position;
        while (!isAtEnd() && (Text.isAlphanumeric(peek()) || "+-._:".indexOf(peek()) >= 0)) {
            position++;
        }
        String word = text.substring(start, position);
        if (word.isEmpty()) {
            throw refuse(found() + " stands where a value must", "write a string in quotes, a number, true or false");
        }
        if (!isBoolean(word) && !isNumber(word)) {
            throw refuse(
                    Text.quoted(word) + " is not a value", "write a string in quotes, a decimal number, true or false");
        }
        return word;
    }

    static boolean isBoolean(String word) {
        return word.equals("true") || word.equals("false");
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

    /** Refuses a present character that no TOML text has. */
    void checkCharacter() throws TomlSyntaxException {
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

    /** A refusal at the present line. */
    TomlSyntaxException refuse(String problem, String remedy) {
        return refuse(line, problem, remedy);
    }

    /** A refusal of something that began in a line. */
    static TomlSyntaxException refuse(int line, String problem, String remedy) {
        return new TomlSyntaxException(new Problem("line " + line, problem, remedy));
    }
}
