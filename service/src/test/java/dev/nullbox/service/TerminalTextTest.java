package dev.nullbox.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TerminalTextTest {
    @Test
    void showsNoControlCharacters() {
        assertThat(TerminalText.line("a\u001b[31m\tb\r\n\u202ec\u009bd\u00e4")).isEqualTo("a?[31m b???c?d\u00e4");
    }

    @Test
    void escapesWhatSteersATerminal() {
        assertThat(TerminalText.escaped("\u001b[2Jx\u0007\rnulld| forged\u009b1m\u007f\t."))
                .isEqualTo("\\x1b[2Jx\\x07\\x0dnulld| forged\\x9b1m\\x7f\t.");
    }

    @Test
    void escapesWhatReordersText() {
        assertThat(TerminalText.escaped("a\u202eb\u2028c\ufeffd\u00ad\ud83d\ude00"))
                .isEqualTo("a\\u{202e}b\\u{2028}c\\u{feff}d\\u{ad}\ud83d\ude00");
    }

    @Test
    void spellsJsonWithoutCharactersThatATerminalObeys() {
        JsonObject tree = new JsonObject();
        tree.addProperty("\u009b", "a\u001b\u007f\u202e\u00e4\ud83d\ude00\udb40\udc01");
        String shown = TerminalText.json(tree);
        assertThat(shown).isEqualTo("{\"\\u009b\":\"a\\u001b\\u007f\\u202e\u00e4\ud83d\ude00\\udb40\\udc01\"}");
        assertThat(JsonParser.parseString(shown)).as("the same value").isEqualTo(tree);
    }

    @Test
    void takesForTextOnlyWhatATerminalShows() {
        assertThat(TerminalText.text("a\tb\n\u00e4".getBytes(StandardCharsets.UTF_8)))
                .contains("a\tb\n\u00e4");
        for (String other : List.of("\r", "\u001b[2J", "\u009b", "\u202e", "\u0000")) {
            assertThat(TerminalText.text(other.getBytes(StandardCharsets.UTF_8)))
                    .isEmpty();
        }
        assertThat(TerminalText.text(new byte[] {(byte) 0xff})).isEmpty();
    }
}
