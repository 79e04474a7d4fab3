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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Imports by id: one after the other on a thread of their own, as an archive takes longer than a call may. The latest
 * ones are remembered for late queries. For any thread.
 */
final class Imports {
    /** Most running and waiting imports. */
    private static final int MAX_WAITING = 4;

    private static final int MAX_REMEMBERED = 32;

    /** Work of one import. */
    @FunctionalInterface
    interface Work {
        /** Runs it; the answer is {@link DeployContract#DONE}. */
        Message run(Importer.Progress progress) throws IOException, RpcException;
    }

    private final Map<String, Job> jobs = new LinkedHashMap<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("cage-import").factory());
    private volatile boolean isClosed;

    /** Begins an import. */
    synchronized String begin(Work work) throws RpcException {
        if (isClosed) {
            throw new RpcException(AgentReason.CAGE_STOPS, "cage is stopping");
        }
        long waiting = jobs.values().stream().filter(job -> !job.end.isDone()).count();
        if (waiting >= MAX_WAITING) {
            throw new RpcException(AgentReason.IMPORT_BUSY, waiting + " imports are under way or wait");
        }
        while (jobs.size() >= MAX_REMEMBERED) {
            jobs.remove(jobs.entrySet().stream()
                    .filter(job -> job.getValue().end.isDone())
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElseThrow());
        }
        String id = UUID.randomUUID().toString();
        Job job = new Job();
        jobs.put(id, job);
        thread.execute(() -> job.run(work));
        return id;
    }

    /** Its progress, or its result; waits for its end. */
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

    /** Cancels running imports. */
    void close() {
        isClosed = true;
    }

    private final class Job implements Importer.Progress {
        /** Fails with an {@link RpcException} alone. */
        private final CompletableFuture<Message> end = new CompletableFuture<>();

        private volatile Message read = Message.of(DeployContract.READ.is(0L), DeployContract.TOTAL.is(0L));

        void run(Work work) {
            try {
                end.complete(work.run(this));
            } catch (RpcException e) {
                end.completeExceptionally(e);
            } catch (IOException e) {
                fail(String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                fail("a bug in cage: " + RateLimitedLog.bug(e));
            }
        }

        private void fail(String why) {
            end.completeExceptionally(new RpcException(ImportReason.IMPORT_FAILED, why));
        }

        @Override
        public void read(long bytes, long total) {
            read = Message.of(DeployContract.READ.is(bytes), DeployContract.TOTAL.is(Math.max(bytes, total)));
        }

        @Override
        public boolean isCancelled() {
            return isClosed;
        }

        Message progress(Duration wait) throws RpcException, InterruptedException {
            try {
                Message done = end.get(wait.toMillis(), TimeUnit.MILLISECONDS);
                return read.and(DeployContract.DONE.is(done));
            } catch (TimeoutException e) {
                return read;
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RpcException failure) {
                    throw failure;
                }
                throw new IllegalStateException(e);
            }
        }
    }
}
