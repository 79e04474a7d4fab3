package dev.nullbox.cage.store;

import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.protocol.api.DeployContract;
import dev.nullbox.protocol.importer.ImportReason;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.RateLimitedLog;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Imports by id: one is done after the other, each on a thread of its own, as an archive takes longer than a call may. The
 * last ones are remembered for whoever asks late. For any thread.
 */
final class Imports {
    /** Under way or waiting at once. */
    private static final int MAX_WAITING = 4;

    private static final int MAX_REMEMBERED = 32;

    /** Work of one import. */
    @FunctionalInterface
    interface Work {
        /** Does it; the answer is what {@link DeployContract#DONE} tells. */
        Message run(Importer.Progress progress) throws IOException, RpcException;
    }

    private final Map<String, Job> jobs = new LinkedHashMap<>();
    private final ReentrantLock running = new ReentrantLock(true);
    private volatile boolean isClosed;

    /** Begins an import. */
    synchronized String begin(Work work) throws RpcException {
        long waiting = jobs.values().stream().filter(job -> !job.isOver()).count();
        if (isClosed || waiting >= MAX_WAITING) {
            throw new RpcException(
                    isClosed ? AgentReason.CAGE_STOPS : AgentReason.IMPORT_BUSY,
                    isClosed ? "cage is stopping" : waiting + " imports are under way or wait");
        }
        while (jobs.size() >= MAX_REMEMBERED) {
            jobs.remove(jobs.entrySet().stream()
                    .filter(job -> job.getValue().isOver())
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElseThrow());
        }
        String id = UUID.randomUUID().toString();
        Job job = new Job();
        jobs.put(id, job);
        Thread.ofPlatform().daemon().name("cage-import").start(() -> job.run(work));
        return id;
    }

    /** How far it is, or its result; waits for its end. */
    Message progress(String id, Duration wait) throws RpcException, InterruptedException {
        Job job;
        synchronized (this) {
            job = jobs.get(id);
        }
        if (job == null) {
            throw new RpcException(
                    AgentReason.IMPORT_UNKNOWN, "there is no import of that name", DeployContract.IMPORT.name());
        }
        return job.progress(wait);
    }

    /** Gives up what is under way. */
    void close() {
        isClosed = true;
    }

    private final class Job implements Importer.Progress {
        private long read;
        private long total;
        private @Nullable Message done;
        private @Nullable RpcException failure;

        void run(Work work) {
            running.lock();
            try {
                end(work.run(this), null);
            } catch (RpcException e) {
                end(null, e);
            } catch (IOException e) {
                end(null, new RpcException(ImportReason.IMPORT_FAILED, String.valueOf(e.getMessage())));
            } catch (RuntimeException e) {
                end(null, new RpcException(ImportReason.IMPORT_FAILED, "a bug in cage: " + RateLimitedLog.bug(e)));
            } finally {
                running.unlock();
            }
        }

        private synchronized void end(@Nullable Message result, @Nullable RpcException cause) {
            done = result;
            failure = cause;
            notifyAll();
        }

        synchronized boolean isOver() {
            return done != null || failure != null;
        }

        @Override
        public synchronized void read(long bytes, long all) {
            read = bytes;
            total = Math.max(bytes, all);
        }

        @Override
        public boolean isCancelled() {
            return isClosed;
        }

        synchronized Message progress(Duration wait) throws RpcException, InterruptedException {
            long deadline = System.nanoTime() + wait.toNanos();
            long left = wait.toMillis();
            while (!isOver() && left > 0) {
                wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            }
            if (failure != null) {
                throw failure;
            }
            Message progress = Message.of(DeployContract.READ.is(read), DeployContract.TOTAL.is(total));
            return done == null ? progress : progress.and(DeployContract.DONE.is(done));
        }
    }
}
