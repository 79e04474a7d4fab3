package dev.nullbox.service.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.linux.Signals;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A number that the kernel gives twice: as root it can be asked to. Source: ns_last_pid of proc_sys_kernel(5). */
@Timeout(60)
class ChildProcessIT {
    private static final Path LAST_PID = Path.of("/proc/sys/kernel/ns_last_pid");
    private static final int TRIES = 200;

    private final Libc libc = Natives.libc();

    private ChildProcess ended() throws Exception {
        ChildProcess child = ChildProcess.spawn(
                libc,
                (command, environment, actions) ->
                        libc.posixSpawn(command.getFirst(), command, environment, actions, true),
                new ChildProcess.Spec(List.of("/bin/true"), List.of(), false, 0, 0));
        for (int fd = 1; fd <= 3; fd++) {
            libc.close(child.output(fd));
        }
        assertThat(child.await(10_000)).contains(new ExitStatus.Code(0));
        return child;
    }

    /** Others of this machine start processes too: tried until one is of that number. */
    private static Process withNumber(int pid) throws IOException, InterruptedException {
        for (int tries = 0; tries < TRIES; tries++) {
            Cgroup.write(LAST_PID, Integer.toString(pid - 1));
            Process process = new ProcessBuilder("/bin/sleep", "1000").start();
            if (process.pid() == pid) {
                return process;
            }
            process.destroyForcibly().waitFor();
        }
        throw new AssertionError("no process has got the number " + pid + " in " + TRIES + " tries");
    }

    @Test
    void aLaterProcessOfItsNumberIsNotSignalled() throws Exception {
        try (ChildProcess child = ended()) {
            Process later = withNumber(child.pid());
            try {
                assertThat(child.signal(Signals.SIGKILL).isOk()).isTrue();
                assertThat(later.waitFor(500, TimeUnit.MILLISECONDS)).isFalse();
                // Its twin, by the number.
                assertThat(libc.kill(child.pid(), Signals.SIGKILL).isOk()).isTrue();
                assertThat(later.waitFor(10, TimeUnit.SECONDS)).isTrue();
            } finally {
                later.destroyForcibly();
            }
        }
    }
}
