package dev.nullbox.cage.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
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

    private static AgentSlot slot(int number) {
        return new AgentSlot(AgentNetwork.DEFAULT, number);
    }

    private Map<String, AgentSlot> assign(String... agents) throws IOException {
        return SlotTable.load(file, AgentNetwork.DEFAULT).assign(List.of(agents));
    }

    @Test
    void keepsSlotsAcrossBoots() throws IOException {
        assertThat(assign("b", "a")).isEqualTo(Map.of("b", slot(1), "a", slot(2)));
        assertThat(assign("a")).isEqualTo(Map.of("a", slot(2)));
        assertThat(assign("a", "c", "b")).isEqualTo(Map.of("a", slot(2), "b", slot(1), "c", slot(3)));
        assertThat(file).hasContent("a 2\nb 1\nc 3\n");
    }

    /** A full data partition kept cage from starting, and so from freeing it. */
    @Test
    void aTableThatCannotBeWrittenIsInForce() throws IOException {
        file = Files.writeString(file, "not a directory").resolve("slots");
        assertThat(assign("a", "b")).isEqualTo(Map.of("a", slot(1), "b", slot(2)));
    }

    @Test
    void aTableThatIsUnchangedIsNotWritten() throws IOException {
        assign("a");
        FileTime before = FileTime.fromMillis(1_000);
        Files.setLastModifiedTime(file, before);
        assertThat(assign("a")).isEqualTo(Map.of("a", slot(1)));
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(before);
    }

    @Test
    void leavesOutWhatIsDamagedOrTakenTwice() throws IOException {
        Files.writeString(file, "a 5\nb 5\n\nc\n 7\nd 1025\ne 0\nf -1\ng x\nh 99999999999\ni 6\n");
        assertThat(assign("a", "b", "i")).isEqualTo(Map.of("a", slot(5), "b", slot(1), "i", slot(6)));
    }

    @Test
    void takesTheSlotsOfThoseThatAreGoneOnlyWhenNoneIsFree() throws IOException {
        String[] all = IntStream.rangeClosed(1, AgentSlot.MAX)
                .mapToObj(n -> "agent" + n)
                .toArray(String[]::new);
        assertThat(assign(all)).hasSize(AgentSlot.MAX);
        all[9] = "new";
        Map<String, AgentSlot> assigned = assign(all);
        assertThat(assigned).hasSize(AgentSlot.MAX).containsEntry("new", slot(10));
        assertThat(assigned.values()).doesNotHaveDuplicates();
    }

    @Test
    void givesNoneToOneMoreThanThereAre() throws IOException {
        String[] all = IntStream.rangeClosed(1, AgentSlot.MAX + 1)
                .mapToObj(n -> "agent" + n)
                .toArray(String[]::new);
        assertThat(assign(all)).hasSize(AgentSlot.MAX).doesNotContainKey("agent1025");
    }

    @Test
    void aLentSlotIsTheHighestAndIsGivenToNobodyElse() throws IOException {
        SlotTable table = SlotTable.load(file, AgentNetwork.DEFAULT);
        assertThat(table.assign(List.of("a"))).containsEntry("a", slot(1));
        AgentSlot lent = table.lend().orElseThrow();
        assertThat(lent.number()).isEqualTo(AgentSlot.MAX);
        assertThat(table.lend().orElseThrow().number()).isEqualTo(AgentSlot.MAX - 1);
        table.giveBack(lent);
        assertThat(table.lend()).contains(lent);
        assertThat(SlotTable.load(file, AgentNetwork.DEFAULT).lend()).contains(lent);
        for (int i = 3; i < AgentSlot.MAX; i++) {
            assertThat(table.lend()).isPresent();
        }
        assertThat(table.lend()).isEmpty();
    }
}
