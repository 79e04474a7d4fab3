package dev.nullbox.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.linux.Signals;
import dev.nullbox.natives.linux.Syscalls;
import dev.nullbox.service.seccomp.AllowList;
import dev.nullbox.service.seccomp.ListedCall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The list in this kernel: cage's C program makes calls behind it, each in a process of its own. */
class GatePolicyIT {
    /** Beyond all that x86-64 has, so that those of later kernels are among them. */
    private static final int NUMBERS = 600;

    /** uretprobe and uprobe: no filter sees them. Source: kernel/seccomp.c. */
    private static final Set<Integer> UNFILTERED = Set.of(335, 336);

    @TempDir
    Path directory;

    /** The signal that ended each call, in order; a call is its number and arguments. */
    private List<Integer> signals(List<String> calls) throws IOException, InterruptedException {
        Path program = directory.resolve("calls");
        Process gcc = new ProcessBuilder(
                        "gcc", "-O1", "-Wall", "-Werror", "-o", program.toString(), "../cage/src/test/c/calls.c")
                .inheritIO()
                .start();
        assertThat(gcc.waitFor()).as("gcc").isZero();
        Path filter = Files.write(directory.resolve("filter"), AllowList.compile(GatePolicy.CALLS));
        Path input = Files.write(directory.resolve("input"), calls);
        Process process = new ProcessBuilder(program.toString(), filter.toString())
                .redirectInput(input.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(process.waitFor()).isZero();
        List<Integer> signals = new ArrayList<>();
        output.lines().forEach(line -> signals.add(Integer.parseInt(line.substring(line.indexOf(' ') + 1))));
        assertThat(signals).hasSameSizeAs(calls);
        return signals;
    }

    @Test
    void everyCallThatIsNotListedKills() throws Exception {
        Set<Integer> listed = GatePolicy.CALLS.stream().map(ListedCall::number).collect(Collectors.toSet());
        List<String> others = IntStream.range(0, NUMBERS)
                .filter(number -> !listed.contains(number) && !UNFILTERED.contains(number))
                .mapToObj(Integer::toString)
                .toList();
        assertThat(others).hasSizeGreaterThan(500);
        assertThat(signals(others)).containsOnly(Signals.SIGSYS);
    }

    /** Raw, netlink and packet sockets, datagrams, programs, processes, code; and that a socket of TCP is none of them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "41 2 3 1",
                "41 16 3 0",
                "41 17 3 0",
                "41 2 2 0",
                "41 10 1 0",
                "41 40 1 0",
                "59",
                "56 17",
                "56 16657",
                "9 0 4096 7",
                "10 0 4096 5",
                "49 0 0 0",
                "50 0 1"
            })
    void whatServingDoesNotNeedKills(String call) throws Exception {
        assertThat(signals(List.of(call))).containsExactly(Signals.SIGSYS);
        assertThat(signals(List.of("41 2 526337 0"))).containsExactly(0);
    }

    @Test
    void theListReachesNoFileAndNoOtherProcess() {
        assertThat(GatePolicy.CALLS.stream().map(ListedCall::number))
                .doesNotHaveDuplicates()
                .doesNotContain(
                        Syscalls.SYS_bind,
                        Syscalls.SYS_listen,
                        Syscalls.SYS_ptrace,
                        Syscalls.SYS_kill,
                        Syscalls.SYS_execve,
                        Syscalls.SYS_mount,
                        Syscalls.SYS_unshare,
                        Syscalls.SYS_bpf,
                        Syscalls.SYS_sendmsg,
                        Syscalls.SYS_io_uring_setup,
                        Syscalls.SYS_memfd_create);
        assertThat(GatePolicy.CALLS)
                .filteredOn(call -> call.number() == Syscalls.SYS_openat)
                .singleElement()
                .isInstanceOf(ListedCall.Absent.class);
    }
}
