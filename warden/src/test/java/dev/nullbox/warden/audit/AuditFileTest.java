package dev.nullbox.warden.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.warden.audit.AuditFile.Ring;
import dev.nullbox.warden.vault.MemoryFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditFileTest {
    private static final int FILE_BYTES = 3 * AuditFile.SLOTS * AuditFile.SLOT_BYTES;

    private final MemoryFiles files = new MemoryFiles();

    @Test
    void keepsRecordsInTheirOrder() throws Exception {
        AuditFile file = AuditFile.open(files);
        assertThat(file.last()).isZero();
        append(file, Ring.OPERATORS, "a", "b");
        append(file, Ring.AGENTS, "c");
        append(AuditFile.open(files), Ring.OPERATORS, "d");
        assertThat(AuditFile.open(files).last()).isEqualTo(4);
        assertThat(texts(files)).containsExactly("1 a", "2 b", "3 c", "4 d");
    }

    /** A flood of one ring does not flush another, and the file takes no more of the disk than at its beginning. */
    @Test
    void overwritesTheOldestOfItsOwnRing() throws Exception {
        AuditFile file = AuditFile.open(files);
        append(file, Ring.OPERATORS, "kept");
        String[] many =
                IntStream.range(0, AuditFile.SLOTS + 2).mapToObj(i -> "x" + i).toArray(String[]::new);
        append(file, Ring.AGENTS, many);
        assertThat(texts(files))
                .hasSize(AuditFile.SLOTS + 1)
                .startsWith("1 kept", "4 x2", "5 x3")
                .endsWith((AuditFile.SLOTS + 3) + " x" + (AuditFile.SLOTS + 1));
        append(AuditFile.open(files), Ring.AGENTS, "more");
        assertThat(texts(files)).startsWith("1 kept", "5 x3").endsWith((AuditFile.SLOTS + 4) + " more");
        assertThat(files.size(AuditFile.NAME)).hasValue(FILE_BYTES);
    }

    @Test
    void tellsADamagedSlotFromAnEmptyOne() throws Exception {
        append(AuditFile.open(files), Ring.OPERATORS, "a", "b", "c");
        byte[] bytes = files.bytes(AuditFile.NAME);
        bytes[AuditFile.SLOT_BYTES + 14] ^= 1;
        bytes[FILE_BYTES - 1] = 1;
        files.put(AuditFile.NAME, bytes);
        AuditFile file = AuditFile.open(files);
        assertThat(file.read().damaged()).isEqualTo(2);
        append(file, Ring.OPERATORS, "d");
        assertThat(texts(files)).containsExactly("1 a", "3 c", "4 d");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, FILE_BYTES - 1, FILE_BYTES + 1})
    void keepsAFileThatIsNone(int length) throws Exception {
        files.put(AuditFile.NAME, new byte[length]);
        append(AuditFile.open(files), Ring.AGENTS, "a");
        assertThat(texts(files)).containsExactly("1 a");
        assertThat(files.bytes(AuditFile.STRANGE_NAME)).hasSize(length);
    }

    @Test
    void losesNothingWhenPowerFails() throws Exception {
        Random random = new Random(7);
        for (int step = 0; ; step++) {
            MemoryFiles disk = new MemoryFiles();
            disk.cutPowerAtStep(step);
            List<String> acknowledged = new ArrayList<>();
            boolean isCut = false;
            try {
                AuditFile file = AuditFile.open(disk);
                for (String text : List.of("a", "b", "c")) {
                    append(file, text.equals("b") ? Ring.AGENTS : Ring.OPERATORS, text);
                    acknowledged.add((acknowledged.size() + 1) + " " + text);
                }
            } catch (IOException e) {
                isCut = true;
            }
            for (int i = 0; i < 10; i++) {
                MemoryFiles after = disk.afterPowerCut(random);
                append(AuditFile.open(after), Ring.OPERATORS, "next");
                assertThat(texts(after)).as("cut at step %s", step).containsAll(acknowledged);
                assertThat(texts(after).getLast()).endsWith(" next");
                assertThat(AuditFile.open(after).read().damaged()).isZero();
            }
            if (!isCut) {
                assertThat(acknowledged).hasSize(3);
                assertThat(step).isGreaterThan(10);
                return;
            }
        }
    }

    @Test
    void takesNoSpaceAfterItsBeginning() throws Exception {
        files.failWritesTo(AuditFile.NEW_NAME);
        assertThatThrownBy(() -> AuditFile.open(files)).isInstanceOf(IOException.class);
        assertThat(files.has(AuditFile.NAME)).isFalse();
        files.failWritesTo("");
        assertThat(AuditFile.open(files).last()).isZero();
    }

    private static void append(AuditFile file, Ring ring, String... texts) throws IOException {
        file.append(
                ring,
                List.of(texts).stream()
                        .map(text -> text.getBytes(StandardCharsets.UTF_8))
                        .toList(),
                true);
    }

    private static List<String> texts(MemoryFiles files) throws IOException {
        return AuditFile.open(files).read().entries().stream()
                .map(entry -> entry.sequence() + " " + new String(entry.text(), StandardCharsets.UTF_8))
                .toList();
    }
}
