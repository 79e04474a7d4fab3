package dev.nullbox.natives.calls;

import static dev.nullbox.natives.calls.Expect.failed;
import static dev.nullbox.natives.calls.Expect.isTrue;
import static dev.nullbox.natives.calls.Expect.same;
import static dev.nullbox.natives.calls.Expect.value;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.NativeContractMain;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.SpawnAction;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.filesystem.FilesystemStat;
import dev.nullbox.natives.landlock.LandlockRuleset;
import dev.nullbox.natives.linux.Bpf;
import dev.nullbox.natives.linux.Capabilities;
import dev.nullbox.natives.linux.Epoll;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Fcntl;
import dev.nullbox.natives.linux.Filesystems;
import dev.nullbox.natives.linux.Landlock;
import dev.nullbox.natives.linux.Mounts;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.natives.linux.Poll;
import dev.nullbox.natives.linux.Prctl;
import dev.nullbox.natives.linux.Rlimits;
import dev.nullbox.natives.linux.Seccomp;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.natives.linux.Sockets;
import dev.nullbox.natives.linux.Syscalls;
import dev.nullbox.natives.linux.Wait;
import dev.nullbox.natives.netlink.Rtnetlink;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Contract of both ways of calling C, on the real kernel and without privileges. Plain Java: NativeContractTest
 * runs it on a JVM, {@link NativeContractMain} in a native image. One line per check.
 */
public final class NativeContract {
    private static final int GUARD = 0x7f;

    private final Libc libc;
    private final PrintStream out;
    private final String shell;
    private int failures;

    /** Check that throws when the contract is broken. */
    @FunctionalInterface
    private interface Check {
        void run() throws Exception;
    }

    /**
     * @param shell a POSIX shell, for a child that exits with a code of its own
     * @param out where the lines go
     */
    public NativeContract(String shell, PrintStream out) {
        libc = Natives.libc();
        this.shell = shell;
        this.out = out;
    }

    /** Runs all checks; returns how many failed. */
    public int run() {
        LibrariesContract libraries = new LibrariesContract(out);
        check("getpid is this process", () -> same(ProcessHandle.current().pid(), (long) libc.getpid()));
        check("getuid is not negative", () -> isTrue(libc.getuid() >= 0));
        check("pipe2, write, read, close", this::pipe);
        check("read at an offset leaves the rest alone", this::readAtOffset);
        check("read of a closed descriptor is EBADF", () -> failed(Errno.EBADF, libc.read(-1, new byte[1], 0, 1)));
        check("open of what is not there is ENOENT", () -> failed(Errno.ENOENT, libc.open("/nowhere/at-all", 0, 0)));
        check("open passes its variadic mode", this::openMode);
        check("fcntl passes its variadic argument", this::fcntl);
        check("ioctl with a struct", this::ioctlStruct);
        check("poll times out", this::pollTimeout);
        check("poll sees input", this::pollInput);
        check("prctl sets the name and gives it back", this::prctlName);
        check("prctl refuses nonsense with EINVAL", () -> failed(Errno.EINVAL, libc.prctl(0x7fffffff, 0, 0, 0, 0)));
        check("capget gives sets that make sense", this::capget);
        check("capset back to the same is allowed", this::capsetSame);
        check("umask comes back", this::umask);
        check("setrlimit takes both limits", this::rlimit);
        check("statfs knows proc, and the space of what has some", this::statfs);
        check("extended attributes are listed and read", this::xattrs);
        check("fallocate extends a file and gives space back", this::fallocate);
        check("quotactl_fd is a system call", this::quotactl);
        check("signal ignores SIGUSR2", () -> same(0L, value(libc.ignoreSignal(Signals.SIGUSR2))));
        check("kill with signal 0 finds this process", () -> same(0L, value(libc.kill(libc.getpid(), 0))));
        check("posix_spawn, its file actions, waitpid", this::spawn);
        check("posix_spawn of what is not there is ENOENT", this::spawnMissing);
        check("a child has default signals, a session, closed descriptors", this::spawnClean);
        check("a pidfd signals, is readable at the end, and then reaches nobody", this::pidfd);
        check("waitpid without children is ECHILD", this::noChildren);
        check("socket, bind, connect, send, recv, setsockopt, shutdown", this::sockets);
        check("listen, accept4, epoll, getsockopt, discard", this::connections);
        check("mount without a target is ENOENT", this::mountMissing);
        check("pivot_root is a system call", this::pivotRoot);
        check("what is not there is not mounted, entered, owned or run", this::notThere);
        check("close_range closes a range", this::closeRange);
        check("unshare, setns, mlockall and reboot refuse nonsense", this::refusals);
        check("a string with a NUL is refused", this::nulInString);
        check("rtnetlink finds the loopback", this::rtnetlink);
        check("libnftables reads, checks and complains", libraries::nftables);
        check("libzstd decompresses, complains and closes", libraries::zstd);
        check("libkrun makes and frees a context", libraries::krun);
        check("prctl fills a struct", this::prctlStruct);
        check("a filter of seccomp(2) is on all threads at once", this::seccompOfAllThreads);
        check("landlock's calls reach the kernel", this::landlock);
        out.println((failures == 0 ? "CONTRACT HELD" : "CONTRACT BROKEN by " + failures)
                + (Backend.SVM ? " (svm)" : " (ffm)"));
        return failures;
    }

    private void check(String name, Check check) {
        try {
            check.run();
            out.println("ok    " + name);
        } catch (Exception | AssertionError e) {
            failures++;
            out.println("FAIL  " + name + ": " + e);
        }
    }

    private void pipe() throws Exception {
        int[] ends = newPipe();
        same(5L, value(libc.write(ends[1], "hello".getBytes(StandardCharsets.UTF_8), 0, 5)));
        byte[] got = new byte[16];
        same(5L, value(libc.read(ends[0], got, 0, got.length)));
        same("hello", new String(got, 0, 5, StandardCharsets.UTF_8));
        value(libc.close(ends[1]));
        same(0L, value(libc.read(ends[0], got, 0, got.length)));
        value(libc.close(ends[0]));
        failed(Errno.EBADF, libc.close(ends[0]));
    }

    private void readAtOffset() throws Exception {
        int[] ends = newPipe();
        value(libc.write(ends[1], new byte[] {0, 1, 2, 3}, 1, 2));
        byte[] got = {GUARD, GUARD, GUARD, GUARD, GUARD};
        same(2L, value(libc.read(ends[0], got, 1, 3)));
        same(Arrays.toString(new byte[] {GUARD, 1, 2, GUARD, GUARD}), Arrays.toString(got));
        closeBoth(ends);
    }

    private void openMode() throws Exception {
        String path = System.getProperty("java.io.tmpdir") + "/nullbox-contract-" + libc.getpid();
        int create = OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_WRONLY | OpenFlags.O_CLOEXEC;
        value(libc.close((int) value(libc.open(path, create, 0b100_000_000))));
        try {
            same("[OWNER_READ]", Files.getPosixFilePermissions(Path.of(path)).toString());
            failed(Errno.EEXIST, libc.open(path, create, 0b100_000_000));
        } finally {
            Files.delete(Path.of(path));
        }
    }

    private void fcntl() throws Exception {
        int[] ends = newPipe();
        same((long) Fcntl.FD_CLOEXEC, value(libc.fcntl(ends[0], Fcntl.F_GETFD, 0)));
        long copy = value(libc.fcntl(ends[0], Fcntl.F_DUPFD_CLOEXEC, 200));
        isTrue(copy >= 200);
        same(0L, value(libc.close((int) copy)));
        same(0L, value(libc.fcntl(ends[0], Fcntl.F_SETFD, 0)));
        same(0L, value(libc.fcntl(ends[0], Fcntl.F_GETFD, 0)));
        same(0L, value(libc.dup2(ends[1], ends[0])) - ends[0]);
        closeBoth(ends);
    }

    /** FIONREAD, asm-generic/ioctls.h: how many bytes wait. */
    private void ioctlStruct() throws Exception {
        int[] ends = newPipe();
        value(libc.write(ends[1], new byte[300], 0, 300));
        byte[] count = new byte[4];
        same(0L, value(libc.ioctl(ends[0], 0x541b, count)));
        same(300, littleEndian(count).getInt(0));
        closeBoth(ends);
    }

    private void pollTimeout() throws Exception {
        int[] ends = newPipe();
        byte[] one = pollfd(ends[0], Poll.POLLIN);
        same(0L, value(libc.poll(one, 20)));
        same((short) 0, littleEndian(one).getShort(6));
        closeBoth(ends);
    }

    private void pollInput() throws Exception {
        int[] ends = newPipe();
        value(libc.write(ends[1], new byte[1], 0, 1));
        byte[] one = pollfd(ends[0], Poll.POLLIN);
        same(1L, value(libc.poll(one, 10_000)));
        same((short) Poll.POLLIN, littleEndian(one).getShort(6));
        closeBoth(ends);
    }

    private void prctlName() throws Exception {
        same(0L, value(libc.prctl(Prctl.PR_SET_DUMPABLE, 1, 0, 0, 0)));
        same(1L, value(libc.prctl(Prctl.PR_GET_DUMPABLE, 0, 0, 0, 0)));
        failed(Errno.EFAULT, libc.prctl(Prctl.PR_SET_NAME, 0, 0, 0, 0));
    }

    private void capget() throws Exception {
        byte[] data = new byte[Capabilities.DATA_BYTES];
        same(0L, value(libc.capget(Capabilities.header(), data)));
        long permitted = Capabilities.permitted(data);
        same(0L, Capabilities.effective(data) & ~permitted);
        byte[] wrong = new byte[Capabilities.HEADER_BYTES];
        failed(Errno.EINVAL, libc.capget(wrong, new byte[Capabilities.DATA_BYTES]));
        same(Capabilities.VERSION_3, littleEndian(wrong).getInt(0));
    }

    private void capsetSame() throws Exception {
        byte[] data = new byte[Capabilities.DATA_BYTES];
        value(libc.capget(Capabilities.header(), data));
        byte[] again = Capabilities.encode(
                Capabilities.effective(data), Capabilities.permitted(data), Capabilities.inheritable(data));
        isTrue(Arrays.equals(data, again));
        same(0L, value(libc.capset(Capabilities.header(), again)));
        failed(Errno.EPERM, libc.capset(Capabilities.header(), Capabilities.encode(-1, 0, 0)));
    }

    private void umask() throws Exception {
        long before = value(libc.umask(0b000_111_111));
        same(0b000_111_111L, value(libc.umask((int) before)));
    }

    private void rlimit() throws Exception {
        same(0L, value(libc.setrlimit(Rlimits.RLIMIT_CORE, 0, 0)));
        failed(Errno.EINVAL, libc.setrlimit(Rlimits.RLIMIT_CORE, 1, 0));
    }

    private void spawn() throws Exception {
        int[] in = newPipe();
        int[] output = newPipe();
        value(libc.write(in[1], "one line\n".getBytes(StandardCharsets.UTF_8), 0, 9));
        List<SpawnAction> actions = List.of(
                new SpawnAction.Dup2(in[0], 0),
                new SpawnAction.Dup2(output[1], 1),
                new SpawnAction.Open(2, "/dev/null", OpenFlags.O_WRONLY, 0));
        String script = "read x; echo \"$x $A $0\" >&2; echo \"$x $A $0\"; exit 7";
        long pid = value(libc.posixSpawn(shell, List.of("sh", "-c", script), List.of("A=a b"), actions, false));
        int[] status = new int[1];
        same(pid, value(libc.waitpid((int) pid, status, 0)));
        same(7 << 8, status[0]);
        byte[] got = new byte[64];
        int length = (int) value(libc.read(output[0], got, 0, got.length));
        same("one line a b sh\n", new String(got, 0, length, StandardCharsets.UTF_8));
        closeBoth(in);
        closeBoth(output);
    }

    private void spawnMissing() throws Exception {
        failed(Errno.ENOENT, libc.posixSpawn("/nowhere/sh", List.of("sh"), List.of(), List.of(), false));
        failed(
                Errno.EBADF,
                libc.posixSpawn(shell, List.of("sh"), List.of(), List.of(new SpawnAction.Dup2(999, 0)), true));
    }

    private void spawnClean() throws Exception {
        int[] output = newPipe();
        value(libc.fcntl(output[1], Fcntl.F_SETFD, 0));
        List<SpawnAction> actions = List.of(
                new SpawnAction.Dup2(output[1], 1),
                new SpawnAction.Open(2, "/dev/null", OpenFlags.O_WRONLY, 0),
                new SpawnAction.CloseFrom(3));
        String script = "while read k v; do case $k in Sig[BI]*) echo $v;; esac; done </proc/self/status;"
                + "read p c s pp g sid rest </proc/$$/stat; [ $sid = $$ ] && echo leader; echo x >&" + output[1]
                + " || echo shut";
        long pid = value(libc.posixSpawn(shell, List.of("sh", "-c", script), List.of(), actions, true));
        int[] status = new int[1];
        value(libc.waitpid((int) pid, status, 0));
        byte[] got = new byte[256];
        int length = (int) value(libc.read(output[0], got, 0, got.length));
        String none = "0000000000000000";
        String lines = new String(got, 0, length, StandardCharsets.UTF_8);
        // glibc leaves its own two signals, 32 and 33, ignored in what it spawns
        same(none + "\n" + none + "\nleader\nshut\n", lines.replace("0000000180000000", none));
        closeBoth(output);
    }

    private void pidfd() throws Exception {
        int[] silent = newPipe();
        List<SpawnAction> input = List.of(new SpawnAction.Dup2(silent[0], 0));
        int pid = (int) value(libc.posixSpawn(shell, List.of("sh", "-c", "read x"), List.of(), input, false));
        int pidfd = (int) value(libc.pidfdOpen(pid));
        same((long) Fcntl.FD_CLOEXEC, value(libc.fcntl(pidfd, Fcntl.F_GETFD, 0)));
        failed(Errno.EINVAL, libc.pidfdSendSignal(pidfd, 999));
        same(0L, value(libc.pidfdSendSignal(pidfd, Signals.SIGKILL)));
        byte[] one = pollfd(pidfd, Poll.POLLIN);
        same(1L, value(libc.poll(one, 10_000)));
        same((short) Poll.POLLIN, littleEndian(one).getShort(6));
        int[] status = new int[1];
        same((long) pid, value(libc.waitpid(pid, status, 0)));
        same(Signals.SIGKILL, status[0]);
        failed(Errno.ESRCH, libc.pidfdSendSignal(pidfd, Signals.SIGKILL));
        failed(Errno.ESRCH, libc.pidfdOpen(pid));
        value(libc.close(pidfd));
        closeBoth(silent);
    }

    private void noChildren() throws Exception {
        int[] status = {GUARD};
        failed(Errno.ECHILD, libc.waitpid(-1, status, Wait.WNOHANG));
        same(GUARD, status[0]);
    }

    private void sockets() throws Exception {
        int type = Sockets.SOCK_DGRAM | Sockets.SOCK_CLOEXEC;
        int server = (int) value(libc.socket(Sockets.AF_INET, type, 0));
        int client = (int) value(libc.socket(Sockets.AF_INET, type, 0));
        byte[] loopback = {Sockets.AF_INET, 0, 0x30, (byte) (libc.getpid() | 1), 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
        same(0L, value(libc.bind(server, loopback)));
        failed(Errno.EINVAL, libc.bind(server, loopback));
        same(0L, value(libc.connect(client, loopback)));
        byte[] seconds = new byte[16];
        seconds[0] = 10;
        same(0L, value(libc.setsockopt(server, Sockets.SOL_SOCKET, Sockets.SO_RCVTIMEO, seconds)));
        failed(Errno.EINVAL, libc.setsockopt(server, Sockets.SOL_SOCKET, Sockets.SO_RCVTIMEO, new byte[1]));
        same(3L, value(libc.send(client, new byte[] {7, 8, 9}, 0)));
        byte[] got = new byte[2];
        same(3L, value(libc.recv(server, got, Sockets.MSG_TRUNC)));
        same("[7, 8]", Arrays.toString(got));
        failed(Errno.EAGAIN, libc.recv(server, got, Sockets.MSG_DONTWAIT));
        same(0L, value(libc.shutdown(client, Sockets.SHUT_WR)));
        failed(Errno.EPIPE, libc.send(client, new byte[] {7}, Sockets.MSG_NOSIGNAL));
        value(libc.close(server));
        value(libc.close(client));
    }

    private void connections() throws Exception {
        int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
        int server = (int) value(libc.socket(Sockets.AF_INET, type, 0));
        byte[] loopback = {Sockets.AF_INET, 0, 0x31, (byte) (libc.getpid() | 1), 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
        same(0L, value(libc.bind(server, loopback)));
        same(0L, value(libc.listen(server, 4)));
        int client = (int) value(libc.socket(Sockets.AF_INET, type, 0));
        int epoll = (int) value(libc.epollCreate1(Epoll.EPOLL_CLOEXEC));
        byte[] event = new byte[12];
        littleEndian(event).putInt(0, Epoll.EPOLLIN | Epoll.EPOLLET).putLong(4, 0x1122334455667788L);
        same(0L, value(libc.epollCtl(epoll, Epoll.EPOLL_CTL_ADD, server, event)));
        failed(Errno.EEXIST, libc.epollCtl(epoll, Epoll.EPOLL_CTL_ADD, server, event));
        byte[] events = new byte[24];
        same(0L, value(libc.epollWait(epoll, events, 0)));
        same(0L, value(libc.connect(client, loopback)));
        same(1L, value(libc.epollWait(epoll, events, 10_000)));
        same(Epoll.EPOLLIN, littleEndian(events).getInt(0));
        same(0x1122334455667788L, littleEndian(events).getLong(4));
        byte[] from = new byte[16];
        int accepted = (int) value(libc.accept4(server, from, Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK));
        same("[127, 0, 0, 1]", Arrays.toString(Arrays.copyOfRange(from, 4, 8)));
        byte[] error = {GUARD, GUARD, GUARD, GUARD};
        same(0L, value(libc.getsockopt(client, Sockets.SOL_SOCKET, Sockets.SO_ERROR, error)));
        same("[0, 0, 0, 0]", Arrays.toString(error));
        failed(Errno.EBADF, libc.getsockopt(-1, Sockets.SOL_SOCKET, Sockets.SO_ERROR, error));
        same(3L, value(libc.send(client, new byte[] {6, 7, 8, 9}, 1, 3, Sockets.MSG_NOSIGNAL)));
        byte[] seen = new byte[8];
        same(3L, value(libc.recv(accepted, seen, Sockets.MSG_PEEK)));
        same(2L, value(libc.discard(accepted, 2, 0)));
        same(1L, value(libc.recv(accepted, seen, 0)));
        same((byte) 9, seen[0]);
        failed(Errno.EAGAIN, libc.discard(accepted, 1, 0));
        same(0L, value(libc.shutdown(client, Sockets.SHUT_WR)));
        same(0L, value(libc.recv(accepted, seen, 0)));
        failed(Errno.EPIPE, libc.send(client, new byte[1], 0, 1, Sockets.MSG_NOSIGNAL));
        for (int fd : new int[] {accepted, client, server, epoll}) {
            value(libc.close(fd));
        }
    }

    /** Unprivileged it is EPERM: the kernel looks at neither first. */
    private void mountMissing() {
        SysResult result = libc.mount(null, "/nowhere/at-all", null, Mounts.MS_BIND, null);
        isTrue(result.failedWith(Errno.EPERM) || result.failedWith(Errno.ENOENT) || result.failedWith(Errno.EINVAL));
        failed(Errno.ENOENT, libc.chdir("/nowhere/at-all"));
    }

    private void pivotRoot() {
        SysResult result = libc.pivotRoot("/nowhere/at-all", "/nowhere/at-all");
        isTrue(result.failedWith(Errno.EPERM) || result.failedWith(Errno.ENOENT));
    }

    /** Unprivileged, umount2 is EPERM. */
    private void notThere() {
        SysResult unmounted = libc.umount2("/nowhere/at-all", 0);
        isTrue(unmounted.failedWith(Errno.EPERM) || unmounted.failedWith(Errno.ENOENT));
        failed(Errno.ENOENT, libc.chroot("/nowhere/at-all"));
        failed(Errno.ENOENT, libc.chown("/nowhere/at-all", 0, 0));
        failed(Errno.ENOENT, libc.execve("/nowhere/sh", List.of("sh"), List.of()));
    }

    private void closeRange() throws Exception {
        int[] ends = newPipe();
        int first = (int) value(libc.fcntl(ends[0], Fcntl.F_DUPFD_CLOEXEC, 700));
        int second = (int) value(libc.fcntl(ends[0], Fcntl.F_DUPFD_CLOEXEC, first + 1));
        failed(Errno.EINVAL, libc.closeRange(second, first, 0));
        same(0L, value(libc.closeRange(first, second, 0)));
        failed(Errno.EBADF, libc.fcntl(first, Fcntl.F_GETFD, 0));
        failed(Errno.EBADF, libc.fcntl(second, Fcntl.F_GETFD, 0));
        closeBoth(ends);
    }

    private void refusals() throws Exception {
        same(0L, value(libc.unshare(0)));
        failed(Errno.EINVAL, libc.unshare(1));
        failed(Errno.EBADF, libc.setns(-1, 0));
        failed(Errno.EINVAL, libc.mlockall(0));
        SysResult reboot = libc.reboot(0x1);
        isTrue(reboot.failedWith(Errno.EPERM) || reboot.failedWith(Errno.EINVAL));
    }

    private void nulInString() {
        try {
            libc.chdir("/tmp\0/x");
        } catch (IllegalArgumentException refused) {
            return;
        }
        throw new AssertionError("accepted");
    }

    private void rtnetlink() throws Exception {
        try (Rtnetlink here = Rtnetlink.open(libc)) {
            same(1, here.indexOf("lo"));
            try {
                here.indexOf("no-such-link");
            } catch (SyscallException e) {
                same(Errno.ENODEV, e.errno());
                return;
            }
        }
        throw new AssertionError("found a link that is not there");
    }

    /** No process here has a cookie; where the kernel has none at all the struct stays as it was. */
    private void prctlStruct() throws Exception {
        byte[] cookie = {GUARD, GUARD, GUARD, GUARD, GUARD, GUARD, GUARD, GUARD};
        SysResult result = libc.prctl(Prctl.PR_SCHED_CORE, Prctl.PR_SCHED_CORE_GET, 0, 0, cookie);
        if (result.isOk()) {
            isTrue(littleEndian(cookie).getLong() == 0);
        } else {
            isTrue(result.failedWith(Errno.EINVAL) || result.failedWith(Errno.ENODEV));
            same(GUARD, (int) cookie[7]);
        }
    }

    /** Without no_new_privs, which the check before has set, an unprivileged caller is told EPERM first. */
    private void landlock() throws Exception {
        int abi = LandlockRuleset.abi(libc);
        out.println("      this kernel's Landlock is of ABI " + abi);
        if (abi == 0) {
            return;
        }
        failed(Errno.EBADF, libc.landlockRestrictSelf(-1));
        long write = Landlock.LANDLOCK_ACCESS_FS_WRITE_FILE;
        byte[] files = new byte[8];
        littleEndian(files).putLong(write);
        int ruleset = (int) value(libc.landlockCreateRuleset(files, 0));
        same((long) Fcntl.FD_CLOEXEC, value(libc.fcntl(ruleset, Fcntl.F_GETFD, 0)));
        byte[] rule = new byte[12];
        littleEndian(rule).putLong(write).putInt(-1);
        failed(Errno.EBADF, libc.landlockAddRule(ruleset, Landlock.LANDLOCK_RULE_PATH_BENEATH, rule));
        failed(Errno.EINVAL, libc.landlockAddRule(ruleset, 99, rule));
        value(libc.close(ruleset));
    }

    /** The filter answers sethostname with an errno that it never gives; it stays for the rest of this process. */
    private void seccompOfAllThreads() throws Exception {
        failed(Errno.EINVAL, libc.seccompFilter(1 << 30, new byte[8]));
        int[] answer = new int[1];
        CountDownLatch filtered = new CountDownLatch(1);
        Thread before = new Thread(() -> {
            try {
                filtered.await();
            } catch (InterruptedException e) {
                return;
            }
            answer[0] = libc.sethostname("never") instanceof SysResult.Failed(int errno) ? errno : 0;
        });
        before.start();
        value(libc.prctl(Prctl.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
        byte[] program = new byte[32];
        littleEndian(program)
                .put(instruction(Bpf.BPF_LD | Bpf.BPF_W | Bpf.BPF_ABS, 0, 0, 0))
                .put(instruction(Bpf.BPF_JMP | Bpf.BPF_JEQ | Bpf.BPF_K, 0, 1, Syscalls.SYS_sethostname))
                .put(instruction(Bpf.BPF_RET | Bpf.BPF_K, 0, 0, Seccomp.SECCOMP_RET_ERRNO | Errno.EXDEV))
                .put(instruction(Bpf.BPF_RET | Bpf.BPF_K, 0, 0, Seccomp.SECCOMP_RET_ALLOW));
        int flags = Seccomp.SECCOMP_FILTER_FLAG_TSYNC | Seccomp.SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
        same(0L, value(libc.seccompFilter(flags, program)));
        same((long) Seccomp.SECCOMP_MODE_FILTER, value(libc.prctl(Prctl.PR_GET_SECCOMP, 0, 0, 0, 0)));
        filtered.countDown();
        before.join(10_000);
        same(Errno.EXDEV, answer[0]);
    }

    private static byte[] instruction(int code, int jumpTrue, int jumpFalse, int k) {
        byte[] one = new byte[8];
        littleEndian(one)
                .putShort((short) code)
                .put((byte) jumpTrue)
                .put((byte) jumpFalse)
                .putInt(k);
        return one;
    }

    private void statfs() throws Exception {
        FilesystemStat proc = FilesystemStat.of(libc, Path.of("/proc"));
        same(0x9fa0L, proc.type());
        same(0L, proc.totalBytes());
        FilesystemStat temporary = FilesystemStat.of(libc, Path.of(System.getProperty("java.io.tmpdir")));
        isTrue(temporary.totalBytes() >= temporary.availableBytes() && temporary.availableBytes() > 0);
        failed(Errno.ENOENT, libc.statfs("/nowhere/at-all", new byte[120]));
    }

    private void xattrs() throws Exception {
        failed(Errno.ENOENT, libc.llistxattr(new byte[] {'/', 'n', (byte) 0xff}, new byte[0]));
        failed(Errno.ENOENT, libc.lgetxattr(new byte[] {'/', 'n', (byte) 0xff}, "user.nullbox", new byte[0]));
        Path file = Files.createTempFile("nullbox-contract", "");
        byte[] path = file.toString().getBytes(StandardCharsets.UTF_8);
        byte[] found = new byte[8];
        try {
            Files.getFileAttributeView(file, UserDefinedFileAttributeView.class)
                    .write("nullbox", ByteBuffer.wrap(new byte[] {7, 0, 9}));
            byte[] list = new byte[(int) value(libc.llistxattr(path, new byte[0]))];
            same((long) list.length, value(libc.llistxattr(path, list)));
            isTrue(new String(list, StandardCharsets.UTF_8).contains("user.nullbox\0"));
            same(3L, value(libc.lgetxattr(path, "user.nullbox", new byte[0])));
            same(3L, value(libc.lgetxattr(path, "user.nullbox", found)));
            isTrue(found[0] == 7 && found[1] == 0 && found[2] == 9);
            failed(Errno.ENODATA, libc.lgetxattr(path, "user.other", found));
        } catch (FileSystemException e) {
            // A tmpfs of an older kernel has no attributes of users.
            failed(Errno.ENOTSUP, libc.lgetxattr(path, "user.nullbox", found));
        } finally {
            Files.delete(file);
        }
    }

    private void fallocate() throws Exception {
        Path file = Files.createTempFile("nullbox-contract", "");
        try {
            int fd = (int) value(libc.open(file.toString(), OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC, 0));
            same(0L, value(libc.fallocate(fd, 0, 0, 1 << 20)));
            same(1L << 20, Files.size(file));
            int punch = Filesystems.FALLOC_FL_PUNCH_HOLE | Filesystems.FALLOC_FL_KEEP_SIZE;
            same(0L, value(libc.fallocate(fd, punch, 4096, 8192)));
            failed(Errno.EINVAL, libc.fallocate(fd, 0, -1, 1));
            value(libc.close(fd));
            failed(Errno.EBADF, libc.fallocate(fd, 0, 0, 1));
        } finally {
            Files.delete(file);
        }
    }

    /** Command 0 is none: EINVAL once the descriptor is good. */
    private void quotactl() throws Exception {
        int fd = (int) value(libc.open("/", OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0));
        SysResult result = libc.quotactlFd(fd, 0, 0, new byte[112]);
        isTrue(result.failedWith(Errno.EINVAL) || result.failedWith(Errno.ENOSYS) || result.failedWith(Errno.EPERM));
        value(libc.close(fd));
        failed(Errno.EBADF, libc.quotactlFd(fd, 0x580502, 0, new byte[112]));
    }

    private int[] newPipe() throws SyscallException {
        int[] ends = new int[2];
        value(libc.pipe2(ends, OpenFlags.O_CLOEXEC));
        return ends;
    }

    private void closeBoth(int[] ends) throws SyscallException {
        value(libc.close(ends[0]));
        value(libc.close(ends[1]));
    }

    private static byte[] pollfd(int fd, int events) {
        byte[] pollfd = new byte[8];
        littleEndian(pollfd).putInt(fd).putShort((short) events);
        return pollfd;
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
