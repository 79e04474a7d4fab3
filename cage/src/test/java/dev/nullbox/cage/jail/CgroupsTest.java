package dev.nullbox.cage.jail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupsTest {
    @TempDir
    Path mount;

    @Test
    void failsWithoutTheControllerAndLeavesNoGroup() throws IOException {
        Files.createDirectory(mount.resolve("agents"));
        assertThatThrownBy(() -> new Cgroups(mount, Set.of("pids")).create("a", 50, 256))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("pids.max");
        assertThat(mount.resolve("agents/a")).doesNotExist();
    }

    @Test
    void removingWhatIsNotThereIsHarmless() throws IOException {
        new Cgroups(mount, Set.of()).remove("a");
        assertThat(new Cgroups(mount, Set.of()).list()).isEmpty();
    }
}
