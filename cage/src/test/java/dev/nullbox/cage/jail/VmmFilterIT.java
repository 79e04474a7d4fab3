package dev.nullbox.cage.jail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.linux.Filesystems;
import dev.nullbox.natives.linux.Kvm;
import dev.nullbox.natives.linux.Namespaces;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.natives.linux.Prctl;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.natives.linux.Sockets;
import dev.nullbox.natives.linux.Syscalls;
import dev.nullbox.service.seccomp.AllowList;
import dev.nullbox.service.seccomp.ListedCall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The allow-list in this kernel: a C program makes calls behind it, each in a process of its own. */
public class VmmFilterIT {
    /** Beyond all that x86-64 has, so that those of later kernels are among them. */
    private static final int NUMBERS = 600;

    /**
     * uretprobe and uprobe of Linux 6.14 and later: no filter sees them. They end or do nothing unless the kernel's own
     * probe calls them, and those a VMM cannot set. Source: kernel/seccomp.c.
     */
    private static final Set<Integer> UNFILTERED = Set.of(335, 336);

    /**
     * What a hostile program would begin with, a number, arguments and name a line: processes and programs, others' memory,
     * prctl, sockets, files, mounts and namespaces, users, large parts of the kernel, a call of a later kernel.
     */
    public static final List<String> FORBIDDEN = """
            57 fork
            58 vfork
            59 execve
            322 execveat
            56 17 clone without CLONE_THREAD
            61 wait4
            62 1 0 kill
            200 1 0 tkill
            424 pidfd_send_signal
            434 1 0 pidfd_open
            101 16 ptrace
            310 1 process_vm_readv
            311 1 process_vm_writev
            157 1 0 prctl PR_SET_PDEATHSIG
            157 4 1 prctl PR_SET_DUMPABLE
            317 0 0 seccomp
            41 2 1 0 socket AF_INET
            41 16 3 0 socket AF_NETLINK
            53 1 1 0 socketpair
            49 bind
            50 listen
            43 accept
            46 sendmsg
            47 recvmsg
            2 open
            257 -1 0 64 openat O_CREAT
            82 rename
            83 mkdir
            86 link
            87 unlink
            88 symlink
            90 chmod
            92 chown
            76 truncate
            319 0 0 memfd_create
            9 0 4096 7 34 -1 0 mmap PROT_EXEC
            10 0 4096 5 mprotect PROT_EXEC
            165 mount
            166 umount2
            155 pivot_root
            272 0 unshare
            308 setns
            105 0 setuid
            126 capset
            321 bpf
            425 1 io_uring_setup
            298 perf_event_open
            323 0 userfaultfd
            250 keyctl
            30 shmat
            135 personality
            599 none yet
            """.lines().toList();

    private static final int THREAD = 0x3d0f00;
    private static final long ANYTHING = -1;

    /** A call with some of its arguments. */
    record Call(int number, List<Long> arguments) {
        static Call of(int number, long... arguments) {
            return new Call(number, Arrays.stream(arguments).boxed().toList());
        }

        String line() {
            return number + arguments.stream().map(value -> " " + value).collect(Collectors.joining()) + "\n";
        }
    }

    @TempDir
    Path directory;

    private Path calls;
    private Path filter;

    @BeforeEach
    void compile() throws Exception {
        compileInto(directory);
        calls = directory.resolve("calls");
        filter = directory.resolve("filter");
    }

    /** Makes the program {@code calls} and the file {@code filter} that it reads. */
    public static void compileInto(Path directory) throws IOException, InterruptedException {
        compile("calls", directory);
        Files.write(directory.resolve("filter"), AllowList.compile(VmmPolicy.CALLS));
    }

    /** Makes a C program of the tests. */
    public static void compile(String name, Path directory, String... options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("gcc", "-O1", "-Wall", "-Wextra", "-Werror"));
        command.addAll(List.of(options));
        command.addAll(List.of("-o", directory.resolve(name).toString(), "src/test/c/" + name + ".c"));
        Process gcc = new ProcessBuilder(command).inheritIO().start();
        assertThat(gcc.waitFor()).as("gcc").isZero();
    }

    /** The signal that ended each, in order. */
    private List<Integer> signals(List<Call> made) throws IOException, InterruptedException {
        Path input = Files.writeString(
                directory.resolve("input"), made.stream().map(Call::line).collect(Collectors.joining()));
        Process process = new ProcessBuilder(calls.toString(), filter.toString())
                .redirectInput(input.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(process.waitFor()).isZero();
        List<Integer> signals = new ArrayList<>();
        for (String line : output.lines().toList()) {
            signals.add(Integer.parseInt(line.split(" ", 2)[1]));
        }
        assertThat(signals).hasSize(made.size());
        return signals;
    }

    private int signal(Call call) throws IOException, InterruptedException {
        return signals(List.of(call)).getFirst();
    }

    @Test
    void everyCallThatIsNotListedKills() throws Exception {
        TreeSet<Integer> listed =
                VmmPolicy.CALLS.stream().map(ListedCall::number).collect(Collectors.toCollection(TreeSet::new));
        List<Call> others = IntStream.range(0, NUMBERS)
                .filter(number -> !listed.contains(number) && !UNFILTERED.contains(number))
                .mapToObj(Call::of)
                .toList();
        Map<Integer, Integer> survived = new HashMap<>();
        List<Integer> signals = signals(others);
        for (int i = 0; i < others.size(); i++) {
            if (signals.get(i) != Signals.SIGSYS) {
                survived.put(others.get(i).number(), signals.get(i));
            }
        }
        assertThat(survived).isEmpty();
        assertThat(others).hasSizeGreaterThan(NUMBERS - 60);
    }

    @Test
    void everyCallThatIsListedWithoutBoundsPasses() throws Exception {
        List<Call> free = VmmPolicy.CALLS.stream()
                .filter(call ->
                        !(call instanceof ListedCall.Allowed(int _, List<ListedCall.Bound> bounds, boolean _, String _))
                                || bounds.isEmpty())
                .map(call -> Call.of(call.number()))
                .toList();
        assertThat(signals(free)).doesNotContain(Signals.SIGSYS);
    }

    static List<Call> within() {
        return List.of(
                Call.of(Syscalls.SYS_ioctl, ANYTHING, Kvm.KVM_RUN),
                Call.of(Syscalls.SYS_ioctl, ANYTHING, Kvm.KVM_GET_LAPIC),
                Call.of(Syscalls.SYS_socket, Sockets.AF_UNIX, Sockets.SOCK_STREAM, 0),
                Call.of(Syscalls.SYS_prctl, Prctl.PR_SET_NAME),
                Call.of(Syscalls.SYS_clone, THREAD, 0),
                Call.of(Syscalls.SYS_mmap, 0, 4096, 3),
                Call.of(Syscalls.SYS_mprotect, 0, 4096, 1),
                Call.of(Syscalls.SYS_openat, ANYTHING, ANYTHING, OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC),
                Call.of(Syscalls.SYS_fcntl, ANYTHING, 4),
                Call.of(Syscalls.SYS_madvise, 0, 4096, 4),
                Call.of(Syscalls.SYS_fallocate, ANYTHING, Filesystems.FALLOC_FL_PUNCH_HOLE | 1),
                Call.of(Syscalls.SYS_tgkill, 1, 0x7fffffff, 0));
    }

    @ParameterizedTest
    @MethodSource
    void within(Call call) throws Exception {
        assertThat(signal(call)).isNotEqualTo(Signals.SIGSYS);
    }

    static List<Call> beyond() {
        return List.of(
                Call.of(Syscalls.SYS_ioctl, ANYTHING, 0xae04 + 1),
                Call.of(Syscalls.SYS_ioctl, ANYTHING, 0x5412),
                Call.of(Syscalls.SYS_ioctl, ANYTHING, 0x4008ae05),
                Call.of(Syscalls.SYS_socket, Sockets.AF_UNIX, 2, 0),
                Call.of(Syscalls.SYS_socket, Sockets.AF_UNIX, Sockets.SOCK_STREAM, 1),
                Call.of(Syscalls.SYS_socket, Sockets.AF_INET, Sockets.SOCK_STREAM, 0),
                Call.of(Syscalls.SYS_socket, Sockets.AF_NETLINK, 3, 0),
                Call.of(Syscalls.SYS_socket, 40, Sockets.SOCK_STREAM, 0),
                Call.of(Syscalls.SYS_prctl, Prctl.PR_SET_PDEATHSIG, 0),
                Call.of(Syscalls.SYS_prctl, Prctl.PR_SET_DUMPABLE, 1),
                Call.of(Syscalls.SYS_clone, 17),
                Call.of(Syscalls.SYS_clone, THREAD & ~Namespaces.CLONE_THREAD),
                Call.of(Syscalls.SYS_clone, THREAD | Namespaces.CLONE_NEWUSER),
                Call.of(Syscalls.SYS_mmap, 0, 4096, 7),
                Call.of(Syscalls.SYS_mmap, 0, 4096, 4),
                Call.of(Syscalls.SYS_mprotect, 0, 4096, 5),
                Call.of(Syscalls.SYS_openat, ANYTHING, ANYTHING, OpenFlags.O_RDWR | OpenFlags.O_CREAT),
                Call.of(Syscalls.SYS_openat, ANYTHING, ANYTHING, OpenFlags.O_PATH),
                Call.of(Syscalls.SYS_fcntl, ANYTHING, 8),
                Call.of(Syscalls.SYS_madvise, 0, 4096, 14),
                Call.of(Syscalls.SYS_fallocate, ANYTHING, 0),
                Call.of(
                        Syscalls.SYS_fallocate,
                        ANYTHING,
                        Filesystems.FALLOC_FL_ZERO_RANGE | Filesystems.FALLOC_FL_KEEP_SIZE),
                Call.of(Syscalls.SYS_tgkill, 2, 2, 9));
    }

    @ParameterizedTest
    @MethodSource
    void beyond(Call call) throws Exception {
        assertThat(signal(call)).isEqualTo(Signals.SIGSYS);
    }

    /** glibc must find that there is no clone3, and not die. */
    @Test
    void clone3IsAbsentAndNotDeadly() throws Exception {
        assertThat(signal(Call.of(Syscalls.SYS_clone3))).isZero();
    }

    @Test
    void aRuntimesOwnCallsComeFirst() throws Exception {
        List<ListedCall> calls =
                new ArrayList<>(AllowList.parse("calls", "10 mprotect: compiled code\n186 gettid: any\n"));
        calls.addAll(VmmPolicy.CALLS);
        Files.write(filter, AllowList.compile(calls));
        assertThat(signal(Call.of(Syscalls.SYS_mprotect, 0, 4096, 5))).isZero();
        assertThat(signal(Call.of(Syscalls.SYS_mmap, 0, 4096, 7))).isEqualTo(Signals.SIGSYS);
    }
}
