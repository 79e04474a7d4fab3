package dev.nullbox.service.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Behaviour that a plain directory shows; CgroupIT uses the kernel's own. */
class CgroupTest {
    @TempDir
    private Path root;

    @Test
    void neverMakesAFileThatTheKernelLacks() {
        assertThatThrownBy(() -> new Cgroup(root).set("memory.max", "1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("write 1 to " + root.resolve("memory.max"));
        assertThat(root.resolve("memory.max")).doesNotExist();
        assertThat(new Cgroup(root).has("memory.max")).isFalse();
    }

    @Test
    void writesASettingWhole() throws IOException {
        Files.writeString(root.resolve("cgroup.subtree_control"), "");
        new Cgroup(root).delegate("+cpu +memory +pids");
        assertThat(root.resolve("cgroup.subtree_control")).content().isEqualTo("+cpu +memory +pids");
    }

    @Test
    void takesNoLimitThatReadsOtherwise() throws IOException {
        Files.writeString(root.resolve("pids.max"), "1000000");
        assertThatThrownBy(() -> new Cgroup(root).limit("pids.max", "128"))
                .as("a file that keeps the rest of what it held")
                .isInstanceOf(IOException.class)
                .hasMessage(root.resolve("pids.max") + " reads 1280000 after 128 was written");
    }

    @Test
    void countsWhatTheKernelKilled() throws IOException {
        Cgroup group = new Cgroup(root).child("a");
        assertThat(group.outOfMemoryKills()).as("never started").isZero();
        Files.createDirectory(group.directory());
        assertThat(group.outOfMemoryKills()).isZero();
        Files.writeString(root.resolve("a/memory.events"), "oom 3\noom_kill 2\noom_group_kill 1\n");
        assertThat(group.outOfMemoryKills()).isEqualTo(2);
        Files.writeString(root.resolve("a/memory.events"), "oom_kill x\n");
        assertThat(group.outOfMemoryKills()).isZero();
    }

    @Test
    void removingWhatIsNotThereIsHarmless() throws IOException {
        new Cgroup(root).child("a").remove();
        new Cgroup(root).child("a").kill();
        assertThat(new Cgroup(root).child("a").children()).isEmpty();
        assertThat(new Cgroup(root).children()).isEmpty();
    }
}
