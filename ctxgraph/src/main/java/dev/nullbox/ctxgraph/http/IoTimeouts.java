package dev.nullbox.ctxgraph.http;

import java.io.IOException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends reads and writes that a slow client holds up: the thread is interrupted, which closes its channel. The JDK's server
 * has one bound for all answers, and streams live longer than an answer may.
 */
final class IoTimeouts implements AutoCloseable {
    private final int seconds;
    private final ScheduledThreadPoolExecutor timer;

    /** A read or a write. */
    @FunctionalInterface
    interface Transfer {
        void run() throws IOException;
    }

    /**
     * @param name of the thread, which lives only while something is read or written
     * @param seconds what one of them may take
     */
    IoTimeouts(String name, int seconds) {
        this.seconds = seconds;
        timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name(name).daemon().factory());
        timer.setKeepAliveTime(seconds, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /**
     * Runs the transfer in this thread.
     *
     * @throws IOException as the transfer does, also when it took too long
     */
    void bound(Transfer transfer) throws IOException {
        bound(seconds, transfer);
    }

    /** The same with another bound. */
    void bound(int seconds, Transfer transfer) throws IOException {
        Alarm alarm = new Alarm(Thread.currentThread());
        Future<?> pending;
        try {
            pending = timer.schedule(alarm::ring, seconds, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            throw new IOException("the listener is closed", e);
        }
        try {
            transfer.run();
        } finally {
            alarm.end();
            pending.cancel(false);
        }
    }

    @Override
    public void close() {
        timer.shutdown();
    }

    private static final class Alarm {
        private @Nullable Thread thread;
        private boolean rang;

        Alarm(Thread thread) {
            this.thread = thread;
        }

        synchronized void ring() {
            if (thread != null) {
                rang = true;
                thread.interrupt();
            }
        }

        /** From here on the thread is left alone; an interrupt of ours must not reach what it does next. */
        synchronized void end() {
            thread = null;
            if (rang) {
                Thread.interrupted();
            }
        }
    }
}
