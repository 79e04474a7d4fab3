package dev.nullbox.service.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A group in a real unified hierarchy. */
class CgroupIT {
    private final Cgroup root = new Cgroup(unifiedHierarchy());
    private final Cgroup branch = root.child("service-kit-it");
    private final Cgroup group = branch.child("a");

    /** Where it is mounted on this machine: alone, or beside the old hierarchies. */
    private static Path unifiedHierarchy() {
        try {
            return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                    .map(line -> line.split(" ", -1))
                    .filter(mount -> mount[2].equals("cgroup2"))
                    .map(mount -> Path.of(mount[1]))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void make() throws IOException {
        Files.createDirectories(group.directory());
    }

    @AfterEach
    void remove() throws IOException {
        group.remove();
        branch.remove();
    }

    /** A machine that gives a controller to the old hierarchies has it not here; then the limit must be refused. */
    @ParameterizedTest
    @CsvSource({"cpu, cpu.max, 150000 100000", "memory, memory.max, 369098752", "pids, pids.max, 128"})
    void theLimitHoldsOrIsRefused(String controller, String file, String value) throws IOException {
        List<String> available = List.of(Files.readString(root.directory().resolve("cgroup.controllers"))
                .strip()
                .split(" ", -1));
        if (available.contains(controller)) {
            root.delegate("+" + controller);
            branch.delegate("+" + controller);
            group.limit(file, value);
            assertThat(group.directory().resolve(file)).hasContent(value);
        } else {
            assertThatThrownBy(() -> branch.delegate("+" + controller))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("+" + controller)
                    .hasMessageContaining("cgroup.subtree_control");
            assertThatThrownBy(() -> group.limit(file, value)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void removalKillsWhatIsInTheGroup() throws Exception {
        Process sleeper = new ProcessBuilder("sleep", "1000").start();
        group.add((int) sleeper.pid());
        assertThat(Files.readString(Path.of("/proc/" + sleeper.pid() + "/cgroup")))
                .contains("0::/service-kit-it/a\n");
        assertThat(branch.children()).containsExactly("a");
        group.remove();
        assertThat(sleeper.waitFor()).isEqualTo(128 + 9);
        assertThat(group.directory()).doesNotExist();
    }
}
