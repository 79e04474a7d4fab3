package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Poll;
import dev.nullbox.service.process.PipeReader;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/**
 * The daemon's end of a jail's standard input.
 *
 * @param fd non-blocking
 */
public record JailPipe(Libc libc, int fd) {
    private static final int POLL_MILLIS = 100;

    /**
     * Writes all of it, however much more that is than the pipe holds.
     *
     * @param isOver polled while the jail does not read
     * @throws SyscallException EPIPE when the jail has ended
     * @throws IOException when it was cancelled first
     */
    public void send(byte[] bytes, BooleanSupplier isOver) throws IOException {
        int sent = 0;
        while (sent < bytes.length) {
            switch (libc.write(fd, bytes, sent, bytes.length - sent)) {
                case SysResult.Ok(long count) -> sent += (int) count;
                case SysResult.Failed(int errno)
                when errno == Errno.EAGAIN -> {
                    if (isOver.getAsBoolean()) {
                        throw new IOException("the jail has not read what it is to do in time, or it was stopped");
                    }
                    PipeReader.await(libc, fd, Poll.POLLOUT, POLL_MILLIS);
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
