package dev.nullbox.cage.jail;

import static dev.nullbox.natives.linux.Kvm.*;
import static dev.nullbox.natives.linux.Namespaces.*;
import static dev.nullbox.natives.linux.Syscalls.*;

import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Fcntl;
import dev.nullbox.natives.linux.Filesystems;
import dev.nullbox.natives.linux.Memory;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.natives.linux.Prctl;
import dev.nullbox.natives.linux.Sockets;
import dev.nullbox.natives.linux.Tty;
import dev.nullbox.natives.linux.Tun;
import dev.nullbox.service.seccomp.ListedCall;
import dev.nullbox.service.seccomp.ListedCall.Absent;
import dev.nullbox.service.seccomp.ListedCall.Allowed;
import dev.nullbox.service.seccomp.ListedCall.Bound;
import dev.nullbox.service.seccomp.ListedCall.Bound.OneOf;
import dev.nullbox.service.seccomp.ListedCall.Bound.Without;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * All system calls of a microVM from krun_start_enter on: libkrun 1.16's, glibc's below it, and those of a native image's
 * own threads. Those that are seen are traced by VmmCallsVmLong of guests with one and with four virtual processors, disks,
 * network card and vsock. A line that no test reaches stands with the source that makes the call. The frequent ones come
 * first. docs/vmm-calls.md is made of it.
 */
final class VmmPolicy {
    /** Pid of a VMM's one process, the first of its PID namespace. */
    private static final int ITSELF = 1;

    static final List<ListedCall> CALLS = List.of(
            seen(
                    "libkrun: KVM of the machine, its memory, interrupts and processors; the network card; is it a terminal",
                    SYS_ioctl,
                    requests(
                            KVM_RUN,
                            KVM_IRQFD,
                            KVM_IOEVENTFD,
                            KVM_GET_API_VERSION,
                            KVM_CHECK_EXTENSION,
                            KVM_CREATE_VM,
                            KVM_GET_VCPU_MMAP_SIZE,
                            KVM_GET_SUPPORTED_CPUID,
                            KVM_GET_MSR_INDEX_LIST,
                            KVM_SET_USER_MEMORY_REGION,
                            KVM_SET_TSS_ADDR,
                            KVM_CREATE_IRQCHIP,
                            KVM_CREATE_PIT2,
                            KVM_CREATE_VCPU,
                            KVM_SET_CPUID2,
                            KVM_SET_MSRS,
                            KVM_SET_REGS,
                            KVM_SET_FPU,
                            KVM_GET_SREGS,
                            KVM_SET_SREGS,
                            KVM_GET_LAPIC,
                            KVM_SET_LAPIC,
                            Tun.TUNSETIFF,
                            Tun.TUNSETVNETHDRSZ,
                            Tun.TUNSETOFFLOAD,
                            Tty.TCGETS)),
            seen("libkrun: event descriptors, the network card, the kernel", SYS_read),
            seen("libkrun: event descriptors, the network card, the console, its log", SYS_write),
            seen("libkrun: its event loop and each device's", SYS_epoll_wait),
            seen("glibc: locks and joins of threads", SYS_futex),
            seen("libkrun, virtio-block: a guest's reads", SYS_preadv),
            seen("libkrun, virtio-block: a guest's writes", SYS_pwritev),
            seen("libkrun, virtio-vsock: bytes to the control channel", SYS_sendto),
            seen("libkrun, virtio-vsock: bytes from the control channel", SYS_recvfrom),
            seen("libkrun: interest of the event loops", SYS_epoll_ctl),
            seen("Rust's locks, while they spin", SYS_sched_yield),
            seen("libkrun, console: descriptors that do not block", SYS_fcntl, one(1, Fcntl.F_GETFL, Fcntl.F_SETFL)),
            seen(
                    "libkrun, balloon: pages that the guest reports free; glibc: stacks of threads that ended",
                    SYS_madvise,
                    one(2, Memory.MADV_DONTNEED)),
            seen(
                    "glibc and libkrun: stacks, heaps, the guest's memory; no code",
                    SYS_mmap,
                    new Without(2, Memory.PROT_EXEC)),
            seen("glibc: guard pages, heaps; no code", SYS_mprotect, new Without(2, Memory.PROT_EXEC)),
            seen("glibc: stacks and heaps", SYS_munmap),
            seen("libkrun: descriptors of connections and disks", SYS_close),
            seen(
                    "libkrun: /dev/kvm, /dev/net/tun, disks, kernel; nothing is created",
                    SYS_openat,
                    new Without(2, OpenFlags.O_CREAT | OpenFlags.O_PATH)),
            seen("imago: size and kind of a disk; Rust: size of a file", SYS_statx),
            seen("libkrun: parts of the guest's kernel", SYS_lseek),
            seen("imago: header of a disk", SYS_pread64),
            seen("libkrun: whether a disk can be written", SYS_pwrite64),
            seen("imago: a guest's flush", SYS_fsync),
            seen(
                    "imago: a guest's discard; src/file.rs: allocated zeroes; none beyond RLIMIT_FSIZE",
                    SYS_fallocate,
                    new OneOf(
                            1,
                            List.of(
                                    Filesystems.FALLOC_FL_PUNCH_HOLE | Filesystems.FALLOC_FL_KEEP_SIZE,
                                    Filesystems.FALLOC_FL_ZERO_RANGE),
                            Set.of(Filesystems.FALLOC_FL_ZERO_RANGE))),
            seen("imago: a guest's discard of its disk's end; none beyond RLIMIT_FSIZE", SYS_ftruncate),
            seen("libkrun: copies of console descriptors and event descriptors", SYS_dup),
            seen("libkrun: event descriptors of queues and interrupts", SYS_eventfd2),
            seen("libkrun: event loops", SYS_epoll_create1),
            seen("libkrun, console: until it can be written", SYS_poll),
            seen(
                    "libkrun, virtio-vsock: a connection to the control channel",
                    SYS_socket,
                    one(0, Sockets.AF_UNIX),
                    one(1, Sockets.SOCK_STREAM),
                    one(2, 0)),
            seen("libkrun, virtio-vsock: a connection to the control channel", SYS_connect),
            unseen("libkrun, vsock/unix.rs: the guest closes a connection, as its tools do", SYS_shutdown),
            seen("glibc: a thread, and nothing else", SYS_clone, one(0, ListedCall.THREAD)),
            new Absent(SYS_clone3, Errno.ENOSYS, "its flags lie in memory; glibc then uses clone"),
            seen("glibc: a thread's beginning", SYS_rseq),
            seen("glibc: a thread's beginning", SYS_set_robust_list),
            seen("Rust: names of threads", SYS_prctl, one(0, Prctl.PR_SET_NAME)),
            seen("glibc: a thread's beginning and end", SYS_rt_sigprocmask),
            seen("libkrun: handlers of signals", SYS_rt_sigaction),
            seen("the kernel: end of a signal's handler", SYS_rt_sigreturn),
            seen("libkrun: wakes a virtual processor", SYS_tgkill, one(0, ITSELF)),
            seen("glibc: raise(3); libkrun", SYS_getpid),
            seen("Rust: keys of hash tables; libkrun, virtio-rng", SYS_getrandom),
            seen("glibc: end of a thread", SYS_exit),
            seen("libkrun: end of the machine", SYS_exit_group),
            unseen(
                    "glibc, nptl/pthread_kill.c: raise(3) of abort(3) after a panic; a native image's own thread",
                    SYS_gettid),
            unseen("glibc, pthread_getattr_np.c: a native image's own thread that begins late", SYS_sched_getaffinity),
            unseen("glibc, malloc/malloc.c: the main arena's heap, which a native image has used little of", SYS_brk),
            unseen("glibc, vDSO without a clock that user space can read", SYS_clock_gettime),
            unseen("glibc, vDSO without a clock that user space can read", SYS_gettimeofday),
            unseen("glibc, vDSO without a clock that user space can read", SYS_time),
            unseen("glibc, vDSO: malloc arenas", SYS_getcpu),
            unseen(
                    "libkrun, vmm/src/linux/vstate.rs: 5 ms after ENOMEM of KVM_RUN in Linux 6.12; console/port_io.rs:"
                            + " an input that is none",
                    SYS_clock_nanosleep),
            unseen("the kernel, after a stop: futex, poll or sleep goes on", SYS_restart_syscall));

    private VmmPolicy() {}

    private static Allowed seen(String why, int number, Bound... bounds) {
        return new Allowed(number, List.of(bounds), true, why);
    }

    private static Allowed unseen(String why, int number, Bound... bounds) {
        return new Allowed(number, List.of(bounds), false, why);
    }

    private static OneOf one(int argument, int... values) {
        return new OneOf(argument, Arrays.stream(values).boxed().toList());
    }

    /** Bound of an ioctl's request, its second argument, which the kernel treats as an unsigned int. */
    private static OneOf requests(long... requests) {
        return new OneOf(
                1, LongStream.of(requests).mapToObj(request -> (int) request).toList());
    }
}
