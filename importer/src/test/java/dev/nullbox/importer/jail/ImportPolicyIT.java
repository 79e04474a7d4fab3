package dev.nullbox.importer.jail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.linux.Namespaces;
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

/** Both lists in this kernel: cage's C program makes calls behind them, each in a process of its own. */
class ImportPolicyIT {
    /** Beyond all that x86-64 has, so that those of later kernels are among them. */
    private static final int NUMBERS = 600;

    /** uretprobe and uprobe: no filter sees them. Source: kernel/seccomp.c. */
    private static final Set<Integer> UNFILTERED = Set.of(335, 336);

    @TempDir
    Path directory;

    /** The signal that ended each call, in order; a call is its number and arguments. */
    private List<Integer> signals(List<ListedCall> list, List<String> calls) throws IOException, InterruptedException {
        Path program = directory.resolve("calls");
        Process gcc = new ProcessBuilder(
                        "gcc", "-O1", "-Wall", "-Werror", "-o", program.toString(), "../cage/src/test/c/calls.c")
                .inheritIO()
                .start();
        assertThat(gcc.waitFor()).as("gcc").isZero();
        Path filter = Files.write(directory.resolve("filter"), AllowList.compile(list));
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

    private static List<String> beyond(List<ListedCall> list) {
        Set<Integer> listed = list.stream().map(ListedCall::number).collect(Collectors.toSet());
        return IntStream.range(0, NUMBERS)
                .filter(number -> !listed.contains(number) && !UNFILTERED.contains(number))
                .mapToObj(Integer::toString)
                .toList();
    }

    @Test
    void everyCallThatIsNotListedKills() throws Exception {
        for (List<ListedCall> list : List.of(ImportPolicy.CALLS, ImportPolicy.CALLS_WHILE_READING)) {
            List<String> others = beyond(list);
            assertThat(others).hasSizeGreaterThan(500);
            assertThat(signals(list, others)).containsOnly(Signals.SIGSYS);
        }
    }

    @Test
    void neitherListReachesOthers() {
        assertThat(ImportPolicy.CALLS.stream().map(ListedCall::number))
                .doesNotContain(
                        Syscalls.SYS_connect,
                        Syscalls.SYS_socketpair,
                        Syscalls.SYS_ptrace,
                        Syscalls.SYS_kill,
                        Syscalls.SYS_mount,
                        Syscalls.SYS_unshare,
                        Syscalls.SYS_setns,
                        Syscalls.SYS_bpf,
                        Syscalls.SYS_io_uring_setup,
                        Syscalls.SYS_memfd_create);
    }

    /** What a Java runtime tries at its beginning, and no other family or kind. */
    @ParameterizedTest
    @ValueSource(strings = {"41 1 1 0", "41 16 3 0", "41 2 2 0", "41 2 1 6", "41 40 1 0"})
    void socketsAreThoseOfTheRuntime(String call) throws Exception {
        assertThat(signals(ImportPolicy.CALLS, List.of(call))).containsExactly(Signals.SIGSYS);
        assertThat(signals(ImportPolicy.CALLS, List.of("41 2 1 0"))).containsExactly(0);
    }

    /** A namespace is refused from the beginning; a program, a fork and code once mkfs.erofs runs. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "59",
                "57",
                "58",
                "322",
                "56 17",
                "56 16657",
                "9 0 4096 7",
                "9 0 4096 4",
                "10 0 4096 5",
                "42",
                "41 2 1 0"
            })
    void readingNeedsNoStart(String call) throws Exception {
        assertThat(signals(ImportPolicy.CALLS_WHILE_READING, List.of(call))).containsExactly(Signals.SIGSYS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"59", "56 17 0", "9 0 4096 5", "10 0 4096 5"})
    void aStartIsAllowedBefore(String call) throws Exception {
        assertThat(signals(ImportPolicy.CALLS, List.of(call)).getFirst()).isNotEqualTo(Signals.SIGSYS);
    }

    @Test
    void namespacesAreNeverAllowed() throws Exception {
        for (int flag : new int[] {Namespaces.CLONE_NEWUSER, Namespaces.CLONE_NEWNS, Namespaces.CLONE_NEWNET}) {
            assertThat(signals(ImportPolicy.CALLS, List.of("56 " + (flag | 17))))
                    .containsExactly(Signals.SIGSYS);
        }
    }

    @Test
    void eachCallHasItsReason() {
        for (List<ListedCall> list : List.of(ImportPolicy.CALLS, ImportPolicy.CALLS_WHILE_READING)) {
            assertThat(list).allSatisfy(call -> assertThat(call.why()).isNotBlank());
            assertThat(list.stream().map(ListedCall::number)).doesNotHaveDuplicates();
        }
    }
}
