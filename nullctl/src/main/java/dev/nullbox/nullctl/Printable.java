package dev.nullbox.nullctl;

/** Text from elsewhere made fit for a terminal: no control character, no escape sequence, no change of direction. */
final class Printable {
    private Printable() {}

    /** One line: everything that is no visible character becomes {@code ?}, a tab a space. */
    static String line(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(c -> shown.appendCodePoint(c == '\t' ? ' ' : isVisible(c) ? c : '?'));
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
