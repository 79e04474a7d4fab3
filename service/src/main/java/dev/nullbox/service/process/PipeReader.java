package dev.nullbox.service.process;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Poll;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/** Reader of any number of pipes as lines, on one thread; any thread may add a pipe. Closes each pipe at its end. */
public final class PipeReader {
    private static final int CHUNK_BYTES = 8192;
    /** struct pollfd: fd (int), events (short), revents (short). */
    private static final int POLLFD_BYTES = 8;

    private static final int REVENTS = 6;
    private static final long FAILURE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private record Pipe(int fd, LineSplitter lines, IntConsumer failed) {}

    private final Libc libc;
    private final List<Pipe> pipes = new CopyOnWriteArrayList<>();
    private final byte[] chunk = new byte[CHUNK_BYTES];

    public PipeReader(Libc libc) {
        this.libc = libc;
    }

    /**
     * Adds a pipe, which this closes.
     *
     * @param failed takes the errno of a read that failed, after which the pipe is closed
     */
    public void add(int fd, LineSplitter lines, IntConsumer failed) {
        pipes.add(new Pipe(fd, lines, failed));
    }

    /** Tells whether no pipe is open. */
    public boolean isEmpty() {
        return pipes.isEmpty();
    }

    /**
     * Waits until a pipe has data or ends, at most so long, and reads once from each that does.
     *
     * @return as poll(2): the count of those pipes, or its errno, EINTR among them
     */
    public SysResult poll(int timeoutMillis) {
        List<Pipe> now = List.copyOf(pipes);
        ByteBuffer fds = ByteBuffer.allocate(now.size() * POLLFD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        now.forEach(pipe -> put(fds, pipe.fd(), Poll.POLLIN));
        SysResult result = poll(libc, fds.array(), timeoutMillis);
        for (int i = 0; result.isOk() && i < now.size(); i++) {
            if (fds.getShort(i * POLLFD_BYTES + REVENTS) != 0) {
                read(now.get(i));
            }
        }
        return result;
    }

    private void read(Pipe pipe) {
        switch (libc.read(pipe.fd(), chunk, 0, chunk.length)) {
            case SysResult.Ok(var count) when count > 0 -> pipe.lines().feed(chunk, (int) count);
            case SysResult.Ok _ -> close(pipe);
            case SysResult.Failed(var errno) -> {
                if (errno != Errno.EINTR && errno != Errno.EAGAIN) {
                    close(pipe);
                    pipe.failed().accept(errno);
                }
            }
        }
    }

    private void close(Pipe pipe) {
        pipes.remove(pipe);
        libc.close(pipe.fd());
        pipe.lines().end();
    }

    /** Closes all open pipes and passes on their last lines. */
    public void close() {
        List<Pipe> left = List.copyOf(pipes);
        pipes.clear();
        left.forEach(pipe -> libc.close(pipe.fd()));
        left.forEach(pipe -> pipe.lines().end());
    }

    /**
     * Waits for one descriptor, at most so long.
     *
     * @param events as in poll(2): {@link Poll#POLLIN}, {@link Poll#POLLOUT}
     * @return as poll(2): 0 when it was not ready in time
     */
    public static SysResult await(Libc libc, int fd, int events, int timeoutMillis) {
        ByteBuffer one = ByteBuffer.allocate(POLLFD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        put(one, fd, events);
        return poll(libc, one.array(), timeoutMillis);
    }

    /** Polls, and pauses after a failure, which would otherwise make the caller's loop a busy one. */
    private static SysResult poll(Libc libc, byte[] pollfds, int timeoutMillis) {
        SysResult result = libc.poll(pollfds, timeoutMillis);
        if (!result.isOk() && !result.failedWith(Errno.EINTR)) {
            LockSupport.parkNanos(FAILURE_PAUSE_NANOS);
        }
        return result;
    }

    private static void put(ByteBuffer fds, int fd, int events) {
        fds.putInt(fd).putShort((short) events).putShort((short) 0);
    }
}
