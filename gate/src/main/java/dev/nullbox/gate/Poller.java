package dev.nullbox.gate;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Epoll;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.OpenFlags;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Events of descriptors, by keys of the caller's, and a wake-up from other threads. Source: epoll(7). */
final class Poller {
    private static final int EVENT_BYTES = 12;
    private static final int DATA_AT = 4;
    private static final int EVENTS = 256;
    /** Key of the wake-up, which {@link #await} passes over. */
    private static final long WAKE = -1;

    private final Libc libc;
    private final int epoll;
    private final int wakeRead;
    private final int wakeWrite;
    private final byte[] events = new byte[EVENTS * EVENT_BYTES];

    /** Receiver of events. */
    @FunctionalInterface
    interface Receiver {
        /**
         * An event.
         *
         * @param events bits of EPOLL*
         */
        void event(long key, int events);
    }

    Poller(Libc libc) throws SyscallException {
        this.libc = libc;
        epoll = libc.epollCreate1(Epoll.EPOLL_CLOEXEC).orThrow("epoll_create1");
        int[] ends = new int[2];
        libc.pipe2(ends, OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK).orThrow("pipe2");
        wakeRead = ends[0];
        wakeWrite = ends[1];
        add(wakeRead, WAKE, Epoll.EPOLLIN);
    }

    /** Watches a descriptor until it is closed. */
    void add(int fd, long key, int events) throws SyscallException {
        byte[] event = new byte[EVENT_BYTES];
        ByteBuffer.wrap(event).order(ByteOrder.LITTLE_ENDIAN).putInt(0, events).putLong(DATA_AT, key);
        libc.epollCtl(epoll, Epoll.EPOLL_CTL_ADD, fd, event).orThrow("epoll_ctl");
    }

    /** Ends the present or the next wait; any thread. */
    void wake() {
        // A full pipe wakes as well.
        var _ = libc.write(wakeWrite, new byte[1], 0, 1);
    }

    /** Waits for events, so long at most. */
    void await(int millis, Receiver receiver) throws SyscallException {
        SysResult waited = libc.epollWait(epoll, events, millis);
        if (waited.failedWith(Errno.EINTR)) {
            return;
        }
        int count = waited.orThrow("epoll_wait");
        ByteBuffer read = ByteBuffer.wrap(events).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            long key = read.getLong(i * EVENT_BYTES + DATA_AT);
            if (key == WAKE) {
                var _ = libc.read(wakeRead, new byte[EVENTS], 0, EVENTS);
            } else {
                receiver.event(key, read.getInt(i * EVENT_BYTES));
            }
        }
    }
}
