package dev.nullbox.ctxgraph.http;

import java.io.IOException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Timeouts for reads and writes with a slow client: the thread is interrupted, which closes its channel. The JDK's
 * server has one bound for all answers, and streams live longer than an answer may.
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
     * @param name name of the watching thread, which lives only while a transfer runs
     * @param seconds longest time of one transfer
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

        /** Ends the bound: an interrupt of ours must not reach what the thread does next. */
        synchronized void end() {
            thread = null;
            if (rang) {
                Thread.interrupted();
            }
        }
    }
}
