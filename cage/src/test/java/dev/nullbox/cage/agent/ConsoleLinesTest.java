package dev.nullbox.cage.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleLinesTest {
    private final List<String> got = new ArrayList<>();
    private final ConsoleLines lines = new ConsoleLines(got::add);

    private void feed(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        lines.feed(bytes, bytes.length);
    }

    @Test
    void joinsChunksAndSplitsLines() {
        feed("one\r\ntw");
        feed("o\nno end");
        assertThat(got).containsExactly("one", "two");
        lines.end();
        assertThat(got).containsExactly("one", "two", "no end");
    }

    @Test
    void escapesWhatSteersATerminal() {
        feed("\u001b[2Jx\u0007\rnulld| forged\u009b1m\u007f\t.\n");
        assertThat(got).containsExactly("\\x1b[2Jx\\x07\\x0dnulld| forged\\x9b1m\\x7f\t.");
    }

    @Test
    void escapesWhatReordersText() {
        feed("a\u202eb\u2028c\ufeffd\n");
        assertThat(got).containsExactly("a\\u{202e}b\\u{2028}c\\u{feff}d");
    }

    @Test
    void replacesInvalidUtf8AndKeepsTheRest() {
        lines.feed(new byte[] {'a', (byte) 0xff, (byte) 0xc3, 'b', '\n'}, 5);
        feed("grüße 日本\n");
        assertThat(got).containsExactly("a\ufffd\ufffdb", "grüße 日本");
    }

    @Test
    void cutsLinesWithoutAnEnd() {
        feed("x".repeat(ConsoleLines.MAX_BYTES + 1) + "\n");
        assertThat(got).extracting(String::length).containsExactly(ConsoleLines.MAX_BYTES, 1);
    }
}
