package dev.nullbox.nulld.log;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Tty;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Queue of lines for a slow descriptor (console, serial port), bounded, with one writing thread, so that the caller
 * never waits. A line that finds the queue full is dropped and counted, and the count is written once there is room.
 */
public final class LineSink {
    private static final int STACK_BYTES = 64 * 1024;
    /** Failures in a row after which the device is given up: one that hung up for a moment is tried again. */
    private static final int TRIES = 3;

    private static final long AGAIN_NANOS = 10_000_000;

    private final Libc libc;
    private final int fd;
    private final int capacity;
    private final Consumer<String> lost;
    private final ArrayDeque<String> queue = new ArrayDeque<>();
    private long dropped;
    private boolean busy;
    private boolean broken;

    /**
     * @param fd open for writing, for ever
     * @param capacity lines that may wait
     * @param lost takes the reason when the descriptor is given up, once
     */
    public LineSink(Libc libc, int fd, int capacity, Consumer<String> lost) {
        this.libc = libc;
        this.fd = fd;
        this.capacity = capacity;
        this.lost = lost;
    }

    /** Starts the writing thread. */
    public LineSink start(String name) {
        Thread thread = new Thread(null, this::run, name, STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        return this;
    }

    /** Queues one line, without its newline; drops it when the queue is full. */
    synchronized void offer(String line) {
        if (broken || queue.size() >= capacity) {
            dropped++;
            return;
        }
        queue.add(line);
        notifyAll();
    }

    /** The count of lines dropped and not yet reported. */
    synchronized long dropped() {
        return dropped;
    }

    /** Waits until all is written, at most so many real milliseconds. */
    synchronized boolean flush(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        while (!broken && (busy || !queue.isEmpty())) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    private void run() {
        try {
            while (true) {
                String line = take();
                Optional<String> failure = write((line + "\n").getBytes(StandardCharsets.UTF_8));
                done(failure.isEmpty());
                if (failure.isPresent()) {
                    lost.accept(failure.orElseThrow());
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized String take() throws InterruptedException {
        while (queue.isEmpty()) {
            wait();
        }
        busy = true;
        if (dropped > 0 && queue.size() < capacity) {
            String note = "nulld| " + dropped + " lines dropped: this device is slower than what is written to it";
            dropped = 0;
            return note + "\n" + queue.remove();
        }
        return queue.remove();
    }

    private synchronized void done(boolean written) {
        busy = false;
        broken = !written;
        notifyAll();
    }

    /** The reason when not all was written; a descriptor that has failed so often in a row is not tried again. */
    private Optional<String> write(byte[] bytes) {
        int offset = 0;
        int failures = 0;
        while (offset < bytes.length) {
            switch (libc.write(fd, bytes, offset, bytes.length - offset)) {
                case SysResult.Ok(var count) -> {
                    offset += (int) count;
                    failures = 0;
                }
                case SysResult.Failed(var errno) -> {
                    boolean busy = errno == Errno.EINTR || errno == Errno.EAGAIN;
                    failures += busy ? 0 : 1;
                    if (failures == TRIES) {
                        return Optional.of("write: " + Errno.describe(errno));
                    }
                    LockSupport.parkNanos(AGAIN_NANOS);
                }
            }
        }
        // Waits until the device has sent it all; a descriptor that is no terminal (a pipe, a file) gives ENOTTY, and
        // nothing is lost.
        libc.ioctl(fd, Tty.TCSBRK, 1);
        return Optional.empty();
    }
}
