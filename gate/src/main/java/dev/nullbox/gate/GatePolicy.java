package dev.nullbox.gate;

import static dev.nullbox.natives.linux.Seccomp.*;
import static dev.nullbox.natives.linux.Syscalls.*;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Memory;
import dev.nullbox.natives.linux.Sockets;
import dev.nullbox.service.seccomp.AllowList;
import dev.nullbox.service.seccomp.ListedCall;
import dev.nullbox.service.seccomp.ListedCall.Absent;
import dev.nullbox.service.seccomp.ListedCall.Allowed;
import dev.nullbox.service.seccomp.ListedCall.Bound;
import dev.nullbox.service.seccomp.ListedCall.Bound.OneOf;
import dev.nullbox.service.seccomp.ListedCall.Bound.Without;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * All system calls of the gate once it serves: sockets to agents, to what they reach and to egress; no file, no program,
 * no further listener. Any other call kills it. Which addresses it connects to is the packet filter's decision.
 */
final class GatePolicy {
    /** Calls of a Java virtual machine, for tests: a resource that no native image has. */
    private static final String RUNTIME_CALLS = "gate-calls-of-a-jvm";

    static final List<ListedCall> CALLS = List.of(
            call("sockets of agents: bytes", SYS_sendto),
            call("sockets of agents: bytes", SYS_recvfrom),
            call("the listener", SYS_accept4),
            call(
                    "far sides, and egress",
                    SYS_socket,
                    new OneOf(0, List.of(Sockets.AF_INET, Sockets.AF_UNIX)),
                    new OneOf(
                            1,
                            List.of(
                                    Sockets.SOCK_STREAM,
                                    Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK)),
                    new OneOf(2, List.of(0))),
            call("far sides, and egress", SYS_connect),
            call("where a connection was redirected from, how a connect went", SYS_getsockopt),
            call("how a socket ends", SYS_setsockopt),
            call("the end of a stream", SYS_shutdown),
            call("egress: the runtime asks for its own address", SYS_getsockname),
            call("egress, the wake-up, messages", SYS_read),
            call("egress, the wake-up, messages", SYS_write),
            call("egress", SYS_readv),
            call("egress, glibc: last words before abort(3)", SYS_writev),
            call("events", SYS_epoll_wait),
            call("events", SYS_epoll_ctl),
            call("egress: events", SYS_epoll_create1),
            call("egress: wake-ups", SYS_eventfd2),
            call("egress: events", SYS_poll),
            call("egress: whether its socket is there", SYS_access),
            call("egress: whether its socket is there", SYS_newfstatat),
            call("egress: whether its socket is there", SYS_statx),
            call("descriptors", SYS_close),
            call("a native image: a descriptor that is closed while it is used", SYS_dup2),
            call("descriptors that do not block", SYS_fcntl),
            call("glibc and a native image: locks", SYS_futex),
            call("glibc: heap", SYS_brk),
            call("glibc: a thread, and nothing else", SYS_clone, new OneOf(0, List.of(ListedCall.THREAD))),
            call("glibc and the collector: stacks and heaps; no code", SYS_mmap, new Without(2, Memory.PROT_EXEC)),
            call("glibc and the collector: guard pages; no code", SYS_mprotect, new Without(2, Memory.PROT_EXEC)),
            call("glibc and the collector: stacks and heaps", SYS_munmap),
            call("glibc and the collector: heaps", SYS_madvise),
            call("glibc: heaps", SYS_mremap),
            call("glibc: a thread's beginning", SYS_rseq),
            call("glibc: a thread's beginning", SYS_set_robust_list),
            call("glibc: a thread's beginning and end", SYS_rt_sigprocmask),
            call("a native image: handlers of signals", SYS_rt_sigaction),
            call("the kernel: end of a signal's handler", SYS_rt_sigreturn),
            call("a native image: a thread's stack for signals", SYS_sigaltstack),
            call("glibc: bounds of stacks", SYS_sched_getaffinity),
            call("glibc: stacks of threads", SYS_prlimit64),
            call("names of threads", SYS_prctl),
            call("a native image: locks that spin", SYS_sched_yield),
            call("glibc: raise(3)", SYS_getpid),
            call("glibc: raise(3)", SYS_gettid),
            call("glibc: raise(3) of abort(3)", SYS_tgkill),
            call("keys of hash tables", SYS_getrandom),
            call("a native image: the machine's memory", SYS_sysinfo),
            call("a native image: the machine's memory", SYS_getrusage),
            call("glibc, vDSO without a clock that user space can read", SYS_clock_gettime),
            call("glibc, vDSO without a clock that user space can read", SYS_gettimeofday),
            call("glibc: pauses", SYS_clock_nanosleep),
            call("glibc, vDSO: malloc arenas", SYS_getcpu),
            call("glibc: end of a thread", SYS_exit),
            call("the gate's end", SYS_exit_group),
            call("the kernel, after a stop: futex, poll or sleep goes on", SYS_restart_syscall),
            new Absent(SYS_openat, Errno.EACCES, "the runtime asks for facts of the machine, and goes on without"),
            new Absent(SYS_clone3, Errno.ENOSYS, "its flags lie in memory; glibc then uses clone"));

    private GatePolicy() {}

    /** Installs the list on all threads. */
    static void restrict(Libc libc) throws IOException {
        List<ListedCall> calls = new ArrayList<>(AllowList.ofRuntime(RUNTIME_CALLS));
        calls.addAll(CALLS);
        AllowList.install(libc, SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH, calls);
    }

    private static Allowed call(String why, int number, Bound... bounds) {
        return new Allowed(number, List.of(bounds), true, why);
    }
}
