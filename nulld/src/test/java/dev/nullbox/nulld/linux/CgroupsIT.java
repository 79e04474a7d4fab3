package dev.nullbox.nulld.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.service.process.Cgroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** End of a service, with all that it kills, in a real unified hierarchy. */
class CgroupsIT {
    private final Cgroup root = new Cgroup(unifiedHierarchy().resolve("nulld-cgroups-it"));
    private final List<Process> processes = new ArrayList<>();

    private static Path unifiedHierarchy() {
        Path alone = Path.of("/sys/fs/cgroup");
        return Files.exists(alone.resolve("cgroup.procs")) ? alone : alone.resolve("unified");
    }

    @AfterEach
    void remove() throws IOException {
        processes.forEach(Process::destroyForcibly);
        for (String branch : List.of("agents/orphan", "agents", "services/cage", "services/egress", "services", ".")) {
            new Cgroup(root.directory().resolve(branch).normalize()).remove();
        }
    }

    /** A process that ends by no signal that can be ignored, and not with its parent. */
    private Process leftover(String group) throws IOException {
        Cgroup own = new Cgroup(Files.createDirectories(root.directory().resolve(group)));
        Process process = new ProcessBuilder("/bin/sh", "-c", "trap '' TERM HUP INT; sleep 1000").start();
        processes.add(process);
        own.add((int) process.pid());
        return process;
    }

    /** A VMM that was taken over and had cleared its parent-death signal went on without rules, leases or a watcher. */
    @Test
    void agentsEndWithCageAndWithNoOtherService() throws Exception {
        Process orphan = leftover("agents/orphan");
        Process ofCage = leftover("services/cage");
        Process ofEgress = leftover("services/egress");
        Cgroups cgroups = new Cgroups(root.directory(), 0);

        cgroups.clean("egress");
        assertThat(ofEgress.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(orphan.isAlive()).isTrue();
        assertThat(ofCage.isAlive()).isTrue();

        cgroups.clean("cage");
        assertThat(orphan.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(ofCage.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
}
