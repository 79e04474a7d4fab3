package dev.nullbox.nulld;

import dev.nullbox.natives.Errno;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.Tty;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;

/**
 * A slow descriptor (console, serial port) that takes lines without ever holding up who writes them: a bounded queue and
 * one thread. A line that finds the queue full is dropped and counted, and the count is written once there is room.
 */
final class LineSink {
    private static final int STACK_BYTES = 64 * 1024;

    private final Libc libc;
    private final int fd;
    private final int capacity;
    private final ArrayDeque<String> queue = new ArrayDeque<>();
    private long dropped;
    private boolean busy;
    private boolean broken;

    /**
     * @param fd open for writing, for ever
     * @param capacity lines that may wait
     */
    LineSink(Libc libc, int fd, int capacity) {
        this.libc = libc;
        this.fd = fd;
        this.capacity = capacity;
    }

    /** Starts the writing thread. */
    LineSink start(String name) {
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

    /** How many lines have been dropped and not yet spoken of. */
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
                boolean written = write((line + "\n").getBytes(StandardCharsets.UTF_8));
                done(written);
                if (!written) {
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

    /** Whether all went out; a descriptor that fails once is not tried again. */
    private boolean write(byte[] bytes) {
        int offset = 0;
        while (offset < bytes.length) {
            switch (libc.write(fd, bytes, offset, bytes.length - offset)) {
                case SysResult.Ok(var count) -> {
                    if (count == 0) {
                        return false;
                    }
                    offset += (int) count;
                }
                case SysResult.Failed(var errno) -> {
                    if (errno != Errno.EINTR && errno != Errno.EAGAIN) {
                        return false;
                    }
                }
            }
        }
        libc.ioctl(fd, Tty.TCSBRK, 1);
        return true;
    }
}
