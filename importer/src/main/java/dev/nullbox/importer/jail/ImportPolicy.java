package dev.nullbox.importer.jail;

import static dev.nullbox.natives.linux.Namespaces.*;
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
 * All system calls of an import: the importer's second stage, the runtime of a native image below it, the dynamic
 * linker's, and mkfs.erofs'. Recorded by strace. Once mkfs.erofs has been started, the importer gives up the calls that
 * only a start needs.
 */
public final class ImportPolicy {
    /** Calls of a Java virtual machine, for tests: a resource that no native image has. */
    static final String RUNTIME_CALLS = "importer-calls-of-a-jvm";

    /** Calls that the importer still needs while it reads the archive. */
    private static final List<ListedCall> READING = List.of(
            call("the archive, messages, what mkfs.erofs says", SYS_read),
            call("the tar archive to mkfs.erofs, progress", SYS_write),
            call("glibc: locks and joins of threads", SYS_futex),
            call("what mkfs.erofs says, and its end", SYS_poll),
            call("mkfs.erofs' end", SYS_wait4),
            call("mkfs.erofs' end, when the archive is refused", SYS_pidfd_send_signal),
            call("descriptors", SYS_close),
            call("the image, an archive decompressed in the work directory", SYS_openat),
            call("the image, when the archive is refused; the decompressed archive", SYS_unlink),
            call("sizes and kinds of files", SYS_fstat),
            call("sizes and kinds of files", SYS_newfstatat),
            call("sizes and kinds of files", SYS_statx),
            call("sizes and positions of files", SYS_lseek),
            call("whether a descriptor is a terminal; refused by files", SYS_ioctl),
            call("descriptors that do not block", SYS_fcntl),
            call("glibc: heap", SYS_brk),
            call("glibc and the collector: stacks and heaps", SYS_munmap),
            call("glibc and the collector: heaps", SYS_madvise),
            call("glibc: heaps", SYS_mremap),
            call("glibc: a thread's beginning", SYS_rseq),
            call("glibc: a thread's beginning", SYS_set_robust_list),
            call("glibc: a thread's beginning and end", SYS_rt_sigprocmask),
            call("a native image: handlers of signals", SYS_rt_sigaction),
            call("the kernel: end of a signal's handler", SYS_rt_sigreturn),
            call("a native image: a thread's stack for signals", SYS_sigaltstack),
            call("glibc: bounds of the first thread's stack", SYS_sched_getaffinity),
            call("glibc: stacks of threads", SYS_prlimit64),
            call("names of threads", SYS_prctl),
            call("a native image: locks that spin", SYS_sched_yield),
            call("glibc: raise(3)", SYS_getpid),
            call("glibc: raise(3)", SYS_gettid),
            call("glibc: raise(3) of abort(3); of the two processes here, in their own PID namespace", SYS_tgkill),
            call("glibc: last words before abort(3)", SYS_writev),
            call("keys of hash tables", SYS_getrandom),
            call("a native image: the machine's memory", SYS_sysinfo),
            call("a native image: the machine's memory", SYS_getrusage),
            call("glibc, vDSO without a clock that user space can read", SYS_clock_gettime),
            call("glibc, vDSO without a clock that user space can read", SYS_gettimeofday),
            call("glibc: pauses", SYS_clock_nanosleep),
            call("glibc, vDSO: malloc arenas", SYS_getcpu),
            call("glibc: end of a thread", SYS_exit),
            call("the importer's end", SYS_exit_group),
            call("the kernel, after a stop: futex, poll or sleep goes on", SYS_restart_syscall),
            new Absent(SYS_clone3, Errno.ENOSYS, "its flags lie in memory; glibc then uses clone"));

    private static final List<ListedCall> AFTER = List.of(
            call("glibc: a thread, and nothing else", SYS_clone, new OneOf(0, List.of(ListedCall.THREAD))),
            call("glibc and the collector: stacks and heaps; no code", SYS_mmap, new Without(2, Memory.PROT_EXEC)),
            call("glibc and the collector: guard pages; no code", SYS_mprotect, new Without(2, Memory.PROT_EXEC)));

    private static final List<ListedCall> STARTING = List.of(
            call("programs and libraries are mapped", SYS_mmap),
            call("the dynamic linker: relocations", SYS_mprotect),
            call("the second stage, mkfs.erofs", SYS_execve),
            call(
                    "glibc: threads, and posix_spawn(3)",
                    SYS_clone,
                    new Without(
                            0,
                            CLONE_NEWNS
                                    | CLONE_NEWCGROUP
                                    | CLONE_NEWUTS
                                    | CLONE_NEWIPC
                                    | CLONE_NEWUSER
                                    | CLONE_NEWPID
                                    | CLONE_NEWNET)),
            call("the second filter", SYS_seccomp),
            call("a start: pipes", SYS_pipe2),
            call("a start: descriptors of the child", SYS_dup2),
            call("a start: descriptors of the child", SYS_close_range),
            call("a start: its pidfd", SYS_pidfd_open),
            call("the dynamic linker: thread-local storage", SYS_arch_prctl),
            call("the dynamic linker: whether a file is there", SYS_access),
            call("glibc: a process' beginning", SYS_set_tid_address),
            call("walls read back: namespaces; a native image: its own path", SYS_readlink),
            call("a native image: relative paths", SYS_getcwd),
            call(
                    "a native image: whether there is IPv6, in a network namespace without any address",
                    SYS_socket,
                    new OneOf(0, List.of(Sockets.AF_INET, Sockets.AF_INET6)),
                    new OneOf(1, List.of(Sockets.SOCK_STREAM)),
                    new OneOf(2, List.of(0))),
            call("a native image: whether ports can be shared", SYS_setsockopt),
            call("a native image: its user", SYS_getuid),
            call("a native image: its user", SYS_geteuid),
            call("a native image: the kernel's name", SYS_uname),
            call("mkfs.erofs: whether the image's file system has holes; libselinux", SYS_statfs),
            call("mkfs.erofs: whether the image's file system has holes", SYS_fstatfs),
            call("mkfs.erofs: what is not compressed yet, behind the image", SYS_dup),
            call("mkfs.erofs: what is not compressed yet, behind the image", SYS_ftruncate),
            call("mkfs.erofs: what is not compressed yet", SYS_pread64),
            call("mkfs.erofs: the image", SYS_pwrite64),
            call("mkfs.erofs: the image", SYS_copy_file_range),
            call("mkfs.erofs: holes in the image", SYS_fallocate),
            call("mkfs.erofs: the image is whole on the disk", SYS_fsync));

    /** Calls of everything that the first stage executes; no socket, and no file but those that Landlock allows. */
    static final List<ListedCall> CALLS = joined(STARTING, READING);

    /** Calls of the importer once mkfs.erofs runs: everything that is read from then on is the archive. */
    static final List<ListedCall> CALLS_WHILE_READING = joined(AFTER, READING);

    private ImportPolicy() {}

    /**
     * Gives up starts: from now on no thread of the process starts a program, or maps code; the running mkfs.erofs
     * still may.
     */
    public static void giveUpStarts(Libc libc) throws IOException {
        AllowList.install(
                libc,
                SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH,
                joined(AllowList.ofRuntime(RUNTIME_CALLS), CALLS_WHILE_READING));
    }

    private static List<ListedCall> joined(List<ListedCall> first, List<ListedCall> second) {
        List<ListedCall> all = new ArrayList<>(first);
        all.addAll(second);
        return List.copyOf(all);
    }

    private static Allowed call(String why, int number, Bound... bounds) {
        return new Allowed(number, List.of(bounds), true, why);
    }
}
