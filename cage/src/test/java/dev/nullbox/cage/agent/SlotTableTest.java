package dev.nullbox.cage.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.cage.jail.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlotTableTest {
    private Path file;

    @BeforeEach
    void place(@TempDir Path directory) {
        file = directory.resolve("slots");
    }

    private Map<String, Slot> assign(String... agents) throws IOException {
        return SlotTable.load(file).assign(List.of(agents));
    }

    @Test
    void keepsSlotsAcrossBoots() throws IOException {
        assertThat(assign("b", "a")).isEqualTo(Map.of("b", new Slot(1), "a", new Slot(2)));
        assertThat(assign("a")).isEqualTo(Map.of("a", new Slot(2)));
        assertThat(assign("a", "c", "b")).isEqualTo(Map.of("a", new Slot(2), "b", new Slot(1), "c", new Slot(3)));
        assertThat(file).hasContent("a 2\nb 1\nc 3\n");
    }

    @Test
    void leavesOutWhatIsDamagedOrTakenTwice() throws IOException {
        Files.writeString(file, "a 5\nb 5\n\nc\n 7\nd 65\ne 0\nf -1\ng x\nh 99999999999\ni 6\n");
        assertThat(assign("a", "b", "i")).isEqualTo(Map.of("a", new Slot(5), "b", new Slot(1), "i", new Slot(6)));
    }

    @Test
    void takesTheSlotsOfThoseThatAreGoneOnlyWhenNoneIsFree() throws IOException {
        String[] all =
                IntStream.rangeClosed(1, Slot.MAX).mapToObj(n -> "agent" + n).toArray(String[]::new);
        assertThat(assign(all)).hasSize(Slot.MAX);
        all[9] = "new";
        Map<String, Slot> assigned = assign(all);
        assertThat(assigned).hasSize(Slot.MAX).containsEntry("new", new Slot(10));
        assertThat(assigned.values()).doesNotHaveDuplicates();
    }

    @Test
    void givesNoneToTheSixtyFifth() throws IOException {
        String[] all = IntStream.rangeClosed(1, Slot.MAX + 1)
                .mapToObj(n -> "agent" + n)
                .toArray(String[]::new);
        assertThat(assign(all)).hasSize(Slot.MAX).doesNotContainKey("agent65");
    }
}
