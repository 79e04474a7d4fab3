package dev.nullbox.nullctl.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.protocol.api.VaultContract;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextTest {
    @Test
    void tellsDurationsByTheirTwoLargestUnits() {
        assertThat(CellFormat.duration(59)).isEqualTo("59s");
        assertThat(CellFormat.duration(61)).isEqualTo("1m 1s");
        assertThat(CellFormat.duration(3725)).isEqualTo("1h 2m");
        assertThat(CellFormat.duration(90_000)).isEqualTo("1d 1h");
    }

    @Test
    void wrapsCellsInATableOf80Columns() {
        JsonObject row = new JsonObject();
        row.addProperty("name", "n".repeat(50));
        row.addProperty("text", "word ".repeat(12) + "\ud83d\ude00".repeat(40));
        row.addProperty("created", 0);
        JsonArray list = new JsonArray();
        list.add(row);
        StringWriter shown = new StringWriter();
        Table.print(
                new PrintWriter(shown), list, "nothing", Fields.NAME, NulldContract.TEXT_LINE, VaultContract.CREATED);
        List<String> lines = shown.toString().lines().toList();
        assertThat(lines).hasSizeGreaterThan(3).allSatisfy(line -> {
            assertThat(line).hasSizeLessThanOrEqualTo(80);
            assertThat(line.codePoints()).noneMatch(c -> c >= 0xd800 && c <= 0xdfff);
        });
        String all = String.join("", lines.subList(1, lines.size()));
        assertThat(all.chars().filter(c -> c == 'n')).as("nothing is cut off").hasSize(50);
        assertThat(all.codePoints().filter(c -> c == 0x1f600)).hasSize(40);
    }

    @Test
    void tellsATerminalByItsDevice(@TempDir Path directory) throws Exception {
        for (String device : List.of("/dev/pts/3", "/dev/tty1", "/dev/console")) {
            Path link = Files.createSymbolicLink(directory.resolve(device.replace('/', '-')), Path.of(device));
            assertThat(Terminals.isTerminal(link)).as(device).isTrue();
        }
        for (String other : List.of("pipe:[123]", "/dev/null", "/tmp/file")) {
            Path link = Files.createSymbolicLink(directory.resolve(other.replace('/', '-')), Path.of(other));
            assertThat(Terminals.isTerminal(link)).as(other).isFalse();
        }
        assertThat(Terminals.isTerminal(directory.resolve("missing"))).isFalse();
    }
}
