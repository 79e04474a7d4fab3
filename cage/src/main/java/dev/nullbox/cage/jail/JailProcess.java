package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SpawnAction;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Fcntl;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.natives.linux.Poll;
import dev.nullbox.service.process.PipeReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A started {@code cage jail} and the daemon's ends of its pipes.
 *
 * @param pid the process
 * @param input its standard input
 * @param console its standard output: the guest's console
 * @param messages its standard error: what jail, vm and libkrun say
 * @param status its descriptor 3
 */
public record JailProcess(int pid, int input, int console, int messages, int status) {
    private static final List<String> ENVIRONMENT = List.of("LANG=C.UTF-8", "PATH=/sbin:/bin");
    private static final int PIPES = 4;
    private static final int POLL_MILLIS = 100;

    /** Starts it with four pipes and no other descriptor. */
    public static JailProcess spawn(Libc libc, Spawner spawner, List<String> launcher) throws IOException {
        List<int[]> pipes = new ArrayList<>();
        try {
            for (int i = 0; i < PIPES; i++) {
                int[] ends = new int[2];
                libc.pipe2(ends, OpenFlags.O_CLOEXEC).orThrow("pipe2");
                pipes.add(ends);
            }
            libc.fcntl(pipes.getFirst()[1], Fcntl.F_SETFL, OpenFlags.O_NONBLOCK).orThrow("fcntl of the jail's input");
            List<String> command = new ArrayList<>(launcher);
            command.add("jail");
            SysResult spawned = spawner.spawn(command, ENVIRONMENT, actions(pipes));
            int pid = spawned.orThrow("posix_spawn " + command.getFirst());
            closeTheirs(libc, pipes);
            return new JailProcess(
                    pid, pipes.get(0)[1], pipes.get(1)[0], pipes.get(2)[0], pipes.get(VmMain.STATUS_FD)[0]);
        } catch (SyscallException e) {
            for (int[] ends : pipes) {
                libc.close(ends[0]);
                libc.close(ends[1]);
            }
            throw e;
        }
    }

    /** In ascending order: no target is a pipe's end that a later step needs, as 0 to 2 are never among those. */
    private static List<SpawnAction> actions(List<int[]> pipes) {
        List<SpawnAction> actions = new ArrayList<>();
        actions.add(new SpawnAction.Dup2(pipes.get(0)[0], 0));
        for (int target = 1; target < PIPES; target++) {
            actions.add(new SpawnAction.Dup2(pipes.get(target)[1], target));
        }
        actions.add(new SpawnAction.CloseFrom(PIPES));
        return actions;
    }

    private static void closeTheirs(Libc libc, List<int[]> pipes) {
        libc.close(pipes.get(0)[0]);
        for (int i = 1; i < PIPES; i++) {
            libc.close(pipes.get(i)[1]);
        }
    }

    /**
     * Writes all of it, however much more that is than the pipe takes.
     *
     * @param isOver asked while the jail does not read
     * @throws SyscallException EPIPE when the jail has ended
     * @throws IOException when it was over first
     */
    public void send(Libc libc, byte[] bytes, BooleanSupplier isOver) throws IOException {
        int sent = 0;
        while (sent < bytes.length) {
            switch (libc.write(input, bytes, sent, bytes.length - sent)) {
                case SysResult.Ok(long count) -> sent += (int) count;
                case SysResult.Failed(int errno)
                when errno == Errno.EAGAIN -> {
                    if (isOver.getAsBoolean()) {
                        throw new IOException("the jail has not read what it is to do in time, or it was stopped");
                    }
                    PipeReader.await(libc, input, Poll.POLLOUT, POLL_MILLIS);
                }
                case SysResult.Failed(int errno) -> {
                    if (errno != Errno.EINTR) {
                        throw new SyscallException("write to the jail", errno);
                    }
                }
            }
        }
    }
}
