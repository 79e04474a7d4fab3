package dev.nullbox.nulld.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupsTest {
    @TempDir
    private Path root;

    @Test
    void turnsTheControllersOn() throws Exception {
        TestServices.cgroups(root).prepare();
        for (String directory : new String[] {"", "agents", "services"}) {
            assertThat(root.resolve(directory).resolve("cgroup.subtree_control"))
                    .content()
                    .isEqualTo("+cpu +memory +pids");
        }
    }

    @Test
    void cannotGoOnWithoutControllers() {
        assertThatThrownBy(() -> new Cgroups(root, 0).prepare())
                .isInstanceOfSatisfying(
                        BootException.class, e -> assertThat(e.remedy()).contains("no agent may run without limits"));
    }

    @Test
    void givesAServiceItsLimits() throws IOException {
        Path own = TestServices.cgroups(root, "a").make("a", TestServices.LIMITS);
        assertThat(own).isEqualTo(root.resolve("services/a"));
        assertThat(own.resolve("memory.max")).content().isEqualTo("67108864");
        assertThat(own.resolve("memory.oom.group")).content().isEqualTo("1");
        assertThat(own.resolve("pids.max")).content().isEqualTo("32");
    }

    @Test
    void addsTheStateThatIsKeptInMemory() throws IOException {
        TestServices.cgroups(root, "a");
        Path own = new Cgroups(root, 1 << 20).make("a", TestServices.LIMITS);
        assertThat(own.resolve("memory.max")).content().isEqualTo("68157440");
    }

    @Test
    void refusesToLeaveALimitOut() throws IOException {
        for (String file : new String[] {"memory.max", "memory.oom.group", "pids.max"}) {
            Cgroups cgroups = TestServices.cgroups(root, "a");
            Files.delete(root.resolve("services/a").resolve(file));
            assertThatThrownBy(() -> cgroups.make("a", TestServices.LIMITS))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file);
        }
    }

    @Test
    void countsWhatTheKernelKilled() throws IOException {
        Cgroups cgroups = TestServices.cgroups(root, "a");
        assertThat(cgroups.service("a").outOfMemoryKills()).isZero();
        Files.writeString(root.resolve("services/a/memory.events"), "oom 3\noom_kill 2\noom_group_kill 1\n");
        assertThat(cgroups.service("a").outOfMemoryKills()).isEqualTo(2);
        assertThat(cgroups.service("never-started").outOfMemoryKills()).isZero();
    }
}
