package dev.nullbox.service.process;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SpawnAction;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Fcntl;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.natives.linux.Poll;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.natives.linux.Wait;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Child of this process with its pipes. Signals go to its pidfd, so that they cannot reach a later process of the same
 * number. Source: pidfd_open(2).
 */
public final class ChildProcess implements AutoCloseable {
    private static final int LAST_OUTPUT = 3;
    private static final int REAP_TRIES = 200;
    private static final long REAP_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Starter of programs: {@link Libc#posixSpawn} on a thread of the caller's choice. */
    @FunctionalInterface
    public interface Launcher {
        /** Starts it; the value is the pid. */
        SysResult spawn(List<String> command, List<String> environment, List<SpawnAction> actions);
    }

    /**
     * Program to start. Its descriptors 1 to 3 are pipes to this process; it has none above 3.
     *
     * @param hasInput whether descriptor 0 is a pipe, whose end here never blocks, and not /dev/null
     * @param uid the owner of the pipes' ends that it writes to, who can then open them by /proc/self/fd
     */
    public record Spec(List<String> command, List<String> environment, boolean hasInput, int uid, int gid) {
        /** Copies the lists. */
        public Spec {
            command = List.copyOf(command);
            environment = List.copyOf(environment);
        }
    }

    private final Libc libc;
    private final int pid;
    private final int[] ours;
    private int pidfd;

    private ChildProcess(Libc libc, int pid, int pidfd, int[] ours) {
        this.libc = libc;
        this.pid = pid;
        this.pidfd = pidfd;
        this.ours = ours;
    }

    /**
     * Starts a program.
     *
     * @throws SyscallException when a call failed; then nothing is left open or running
     */
    public static ChildProcess spawn(Libc libc, Launcher launcher, Spec spec) throws SyscallException {
        Set<Integer> open = new LinkedHashSet<>();
        try {
            int[] ours = {-1, -1, -1, -1};
            List<SpawnAction> actions = new ArrayList<>();
            if (spec.hasInput()) {
                int[] ends = pipe(libc, open);
                libc.fcntl(ends[1], Fcntl.F_SETFL, OpenFlags.O_NONBLOCK).orThrow("fcntl of a pipe");
                actions.add(new SpawnAction.Dup2(ends[0], 0));
                ours[0] = ends[1];
            } else {
                actions.add(new SpawnAction.Open(0, "/dev/null", OpenFlags.O_RDONLY, 0));
            }
            // In ascending order: no target is a pipe's end that a later step needs, as 0 to 2 are never among those.
            for (int target = 1; target <= LAST_OUTPUT; target++) {
                int[] ends = pipe(libc, open);
                if (spec.uid() != 0) {
                    libc.chown("/proc/self/fd/" + ends[1], spec.uid(), spec.gid())
                            .orThrow("chown of a pipe to " + spec.uid());
                }
                actions.add(new SpawnAction.Dup2(ends[1], target));
                ours[target] = ends[0];
            }
            actions.add(new SpawnAction.CloseFrom(LAST_OUTPUT + 1));
            int pid = launcher.spawn(spec.command(), spec.environment(), actions)
                    .orThrow("start " + spec.command().getFirst());
            int pidfd = pidfd(libc, pid);
            try {
                for (int fd : List.copyOf(open)) {
                    if (Arrays.stream(ours).noneMatch(own -> own == fd)) {
                        open.remove(fd);
                        libc.close(fd);
                    }
                }
            } catch (RuntimeException e) {
                // The child could not be found any more.
                killAndReap(libc, pid);
                libc.close(pidfd);
                throw e;
            }
            open.clear();
            return new ChildProcess(libc, pid, pidfd, ours);
        } finally {
            open.forEach(libc::close);
        }
    }

    private static int[] pipe(Libc libc, Set<Integer> open) throws SyscallException {
        int[] ends = new int[2];
        libc.pipe2(ends, OpenFlags.O_CLOEXEC).orThrow("pipe2");
        open.add(ends[0]);
        open.add(ends[1]);
        return ends;
    }

    /** The child's pidfd; -1 when another thread has reaped it already, as PID 1's reaper does with any child. */
    private static int pidfd(Libc libc, int pid) throws SyscallException {
        SysResult opened = libc.pidfdOpen(pid);
        if (opened.failedWith(Errno.ESRCH)) {
            return -1;
        }
        if (!opened.isOk()) {
            killAndReap(libc, pid);
        }
        return opened.orThrow("pidfd_open");
    }

    private static void killAndReap(Libc libc, int pid) {
        libc.kill(pid, Signals.SIGKILL);
        SysResult alive = new SysResult.Ok(0);
        int[] status = new int[1];
        for (int tries = 0;
                tries < REAP_TRIES && libc.waitpid(pid, status, Wait.WNOHANG).equals(alive);
                tries++) {
            LockSupport.parkNanos(REAP_PAUSE_NANOS);
        }
    }

    /** The process number, for messages and files of the kernel. */
    public int pid() {
        return pid;
    }

    /** The end of the pipe to its standard input; -1 without one. The caller closes it. */
    public int input() {
        return ours[0];
    }

    /** The end of the pipe from one of its descriptors, 1 to 3. The caller closes it. */
    public int output(int descriptor) {
        return ours[descriptor];
    }

    /** Sends a signal; succeeds when the process has ended already. */
    public synchronized SysResult signal(int signal) {
        SysResult sent = pidfd < 0 ? new SysResult.Ok(0) : libc.pidfdSendSignal(pidfd, signal);
        return sent.failedWith(Errno.ESRCH) ? new SysResult.Ok(0) : sent;
    }

    /**
     * Waits for its end, at most so long, and reaps it; for children that no other thread waits for. Must not be called
     * after it has returned a status.
     */
    public Optional<ExitStatus> await(int timeoutMillis) {
        PipeReader.await(libc, pidfd, Poll.POLLIN, timeoutMillis);
        int[] status = new int[1];
        return switch (libc.waitpid(pid, status, Wait.WNOHANG)) {
            case SysResult.Ok(var reaped) -> reaped == pid ? Optional.of(ExitStatus.of(status[0])) : Optional.empty();
            // Another thread has reaped it and has its status.
            case SysResult.Failed(var errno) ->
                errno == Errno.ECHILD ? Optional.of(new ExitStatus.Code(-1)) : Optional.empty();
        };
    }

    /** Closes the pidfd; later signals do nothing. Process and pipes stay as they are. */
    @Override
    public synchronized void close() {
        if (pidfd >= 0) {
            libc.close(pidfd);
            pidfd = -1;
        }
    }
}
