package dev.nullbox.cage.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.cage.jail.Spawner;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.service.process.ChildProcess;
import dev.nullbox.service.process.ExitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ProcessMonitorTest {
    private final Libc libc = Natives.libc();
    private final List<String> seen = new ArrayList<>();
    private final List<ExitStatus> endings = new ArrayList<>();

    /** Notes all, and fails at what begins with "bug". */
    private final class Listener implements ProcessMonitor.Listener {
        @Override
        public void console(String line) {
            note("console " + line, line);
        }

        @Override
        public void message(String line) {
            note("message " + line, line);
        }

        @Override
        public void status(String line) {
            note("status " + line, line);
        }

        private void note(String what, String line) {
            if (line.startsWith("bug")) {
                throw new IllegalStateException(line);
            }
            seen.add(what);
        }

        @Override
        public void ended(ExitStatus ending) {
            endings.add(ending);
        }
    }

    private ChildProcess monitor(String script) throws IOException {
        ChildProcess process = ChildProcess.spawn(
                libc,
                Spawner.start(libc),
                new ChildProcess.Spec(List.of("/bin/sh", "-c", script), List.of(), true, 0, 0));
        new ProcessMonitor(libc, process, new Listener()).run();
        libc.close(process.input());
        return process;
    }

    private static void nothingIsLeftOf(ChildProcess process) throws IOException {
        assertThat(Path.of("/proc", Integer.toString(process.pid()))).doesNotExist();
        for (int fd : List.of(process.output(1), process.output(2), process.output(3))) {
            assertThat(target(Path.of("/proc/self/fd", Integer.toString(fd))))
                    .as("descriptor %d", fd)
                    .doesNotStartWith("pipe:");
        }
    }

    /** Empty for one that is closed; another thread may have been given its number since. */
    private static String target(Path link) throws IOException {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    @Test
    @Timeout(20)
    void passesOnAllThatIsSaidAndHowItEnds() throws Exception {
        ChildProcess process = monitor("echo one; printf two; echo three >&2; echo walls >&3; exit 3");
        assertThat(seen).containsExactlyInAnyOrder("console one", "console two", "message three", "status walls");
        assertThat(endings).containsExactly(new ExitStatus.Code(3));
        nothingIsLeftOf(process);
    }

    /** Its thread once ended, and the run never did. */
    @Test
    @Timeout(20)
    void endsARunThatItCanWatchNoMore() throws Exception {
        ChildProcess process = monitor("echo one; echo bug; exec sleep 1000");
        assertThat(endings).containsExactly(new ExitStatus.Signal(9));
        nothingIsLeftOf(process);
    }

    @Test
    @Timeout(20)
    void saysHowItEndedAfterABugInItsLastLine() throws Exception {
        ChildProcess process = monitor("printf bug; exit 3");
        assertThat(endings).containsExactly(new ExitStatus.Code(3));
        nothingIsLeftOf(process);
    }
}
