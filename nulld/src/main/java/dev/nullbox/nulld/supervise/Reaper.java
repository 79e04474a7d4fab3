package dev.nullbox.nulld.supervise;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.service.process.ExitStatus;

/**
 * Reaper of every process: one thread in waitpid(-1). Every child that ends is reported, adopted orphans too; the
 * listener knows which are services.
 */
public final class Reaper {
    private static final int STACK_BYTES = 64 * 1024;
    private static final long IDLE_MILLIS = 1_000;

    /** Listener for ended processes. */
    @FunctionalInterface
    public interface Listener {
        /** A process has ended and is gone. */
        void ended(int pid, ExitStatus status);
    }

    private final Libc libc;
    private final Listener listener;
    private final Object lock = new Object();
    private boolean childless;
    private long spawns;

    public Reaper(Libc libc, Listener listener) {
        this.libc = libc;
        this.listener = listener;
    }

    /** Starts the thread; bug takes the exception that ends it. */
    public void start(Thread.UncaughtExceptionHandler bug) {
        Thread thread = new Thread(null, this::run, "reaper", STACK_BYTES);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler(bug);
        thread.start();
    }

    /** Reports that a process was started, so that there is one to wait for. */
    public void spawned() {
        synchronized (lock) {
            childless = false;
            spawns++;
            lock.notifyAll();
        }
    }

    /** Waits until no process is left, at most so many real milliseconds; false at the timeout. */
    public boolean awaitChildless(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        synchronized (lock) {
            while (!childless) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return false;
                }
                try {
                    lock.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
            return true;
        }
    }

    private void run() {
        int[] status = new int[1];
        try {
            while (true) {
                long before = spawns();
                switch (libc.waitpid(-1, status, 0)) {
                    case SysResult.Ok(var pid) when pid > 0 -> listener.ended((int) pid, ExitStatus.of(status[0]));
                    case SysResult.Ok _ -> idle(before, false);
                    case SysResult.Failed(var errno) -> {
                        if (errno != Errno.EINTR) {
                            idle(before, errno == Errno.ECHILD);
                        }
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long spawns() {
        synchronized (lock) {
            return spawns;
        }
    }

    /** Waits, without children, until a process is started, or a second; an orphan may arrive at any time. */
    private void idle(long before, boolean none) throws InterruptedException {
        long end = System.nanoTime() + IDLE_MILLIS * 1_000_000;
        synchronized (lock) {
            if (spawns != before) {
                return;
            }
            childless = none;
            lock.notifyAll();
            long left = IDLE_MILLIS;
            while (spawns == before && left > 0) {
                lock.wait(left);
                left = (end - System.nanoTime()) / 1_000_000;
            }
        }
    }
}
