package dev.nullbox.warden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.Natives;
import dev.nullbox.warden.vault.Child;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Effect on the kernel of {@link ProcessHardening}, seen by a root without CAP_SYS_PTRACE that started the process. */
class ProcessHardeningIT {
    /** Process that prints a word when it is ready, whose memory and files in /proc are then read. */
    private static final String LOOK = """
            coproc HOLDER { exec "$@"; }
            read -rt 60 said <&"${HOLDER[0]}"; echo "$said"
            if true <"/proc/$HOLDER_PID/mem"; then echo readable; else echo refused; fi 2>/dev/null
            grep VmLck "/proc/$HOLDER_PID/status"; grep 'Max core' "/proc/$HOLDER_PID/limits"
            kill "$HOLDER_PID"
            """;

    @TempDir
    private Path directory = Path.of("");

    @Test
    void nobodyReadsNorDumpsNorSwapsIt() throws Exception {
        assertThat(Natives.libc().getuid()).as("needs root: setpriv, mlockall").isZero();
        assertThat(look("hidden"))
                .matches("(?s)hidden\nrefused\nVmLck:\\s+[1-9]\\d+ kB\nMax core file size\\s+0\\s+0\\s+bytes.*");
        assertThat(look("open")).as("without it").matches("(?s)open\nreadable\nVmLck:\\s+0 kB\n.*");
    }

    /**
     * The process: hides itself, or does not, says which, and waits. Root may lock more than its limit, which not every
     * root may raise: so it is told of another.
     */
    public static void main(String[] args) throws Exception {
        if (args[0].equals("hidden")) {
            ProcessHardening memory = new ProcessHardening(Natives.libc(), Path.of(args[1]));
            memory.hide();
            memory.lock().ifPresent(why -> {
                throw new IllegalStateException(why);
            });
        }
        System.out.println(args[0]);
        var _ = System.in.read();
    }

    private String look(String how) throws Exception {
        Path limits = Files.writeString(directory.resolve("limits"), "Max locked memory unlimited unlimited bytes\n");
        List<String> command = new ArrayList<>(
                List.of("setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace", "bash", "-c", LOOK, "look"));
        command.addAll(Child.java(
                List.of("--enable-native-access=ALL-UNNAMED"), ProcessHardeningIT.class, how, limits.toString()));
        return Child.says(command, 120);
    }
}
