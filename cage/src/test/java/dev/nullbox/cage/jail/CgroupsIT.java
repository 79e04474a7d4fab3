package dev.nullbox.cage.jail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.cage.CageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits in a real unified hierarchy, as the kernel reads them back. */
class CgroupsIT {
    private static final String AGENT = "limits-it";

    private final Path mount = CageFixture.unifiedHierarchy();

    @AfterEach
    void remove() throws IOException {
        new Cgroups(mount, Set.of()).remove(AGENT);
    }

    private Set<String> available() throws IOException {
        return new HashSet<>(List.of(
                Files.readString(mount.resolve("cgroup.controllers")).strip().split(" ", -1)));
    }

    /**
     * A machine that gives a controller to the old hierarchies has it not here. Then the limit must be refused: an agent
     * without its limits is what this is about.
     */
    @ParameterizedTest
    @CsvSource({"cpu, cpu.max, 150000 100000", "memory, memory.max, 370147328", "pids, pids.max, 128"})
    void theLimitHoldsOrTheGroupIsRefused(String controller, String file, String value) throws IOException {
        Cgroups cgroups = new Cgroups(mount, Set.of(controller));
        if (available().contains(controller)) {
            cgroups.prepare();
            assertThat(cgroups.create(AGENT, 150, 256)).isEqualTo(Map.of(file, value));
            assertThat(mount.resolve("agents").resolve(AGENT).resolve(file)).hasContent(value);
        } else {
            assertThatThrownBy(cgroups::prepare)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("+" + controller)
                    .hasMessageContaining("cgroup.subtree_control");
            assertThatThrownBy(() -> cgroups.create(AGENT, 150, 256)).isInstanceOf(IOException.class);
            assertThat(mount.resolve("agents").resolve(AGENT)).doesNotExist();
        }
    }

    @Test
    void removalKillsWhatIsInTheGroup() throws Exception {
        Cgroups cgroups = new Cgroups(mount, Set.of());
        cgroups.prepare();
        cgroups.create(AGENT, 50, 256);
        Process sleeper = new ProcessBuilder("sleep", "1000").start();
        cgroups.add(AGENT, (int) sleeper.pid());
        assertThat(Files.readString(Path.of("/proc/" + sleeper.pid() + "/cgroup")))
                .contains("0::" + Cgroups.name(AGENT) + "\n");
        cgroups.remove(AGENT);
        assertThat(sleeper.waitFor()).isEqualTo(128 + 9);
        assertThat(mount.resolve("agents").resolve(AGENT)).doesNotExist();
    }
}
