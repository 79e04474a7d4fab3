package dev.nullbox.nulld.disk;

import dev.nullbox.natives.Libc;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.protocol.api.NulldReason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Work on a disk, one piece at a time, on a thread of its own. For any thread. */
public final class DiskWork {
    private final Libc libc;
    private final Disks disks;
    private final Consumer<String> say;
    private Optional<Task> running = Optional.empty();
    private String device = "";
    private long done;
    private long total;
    private String failure = "";

    /** Piece of work that was found possible. */
    interface Task {
        String device();

        long total();

        void run(Libc libc, Progress progress) throws IOException;
    }

    /** Receiver of progress, in bytes. */
    @FunctionalInterface
    interface Progress {
        void done(long bytes);
    }

    /**
     * @param root {@code /}
     * @param medium the disk or partition that the root was found on, by its name; empty when unknown
     * @param say takes lines for the console
     */
    public DiskWork(Libc libc, Path root, String medium, Consumer<String> say) {
        this.libc = libc;
        this.disks = new Disks(root, medium);
        this.say = say;
    }

    public Disks disks() {
        return disks;
    }

    /**
     * Begins to copy the boot medium to a disk.
     *
     * @param setup content for a partition nullbox-setup, for a medium that has none
     * @return bytes of its progress
     */
    public long install(String name, Optional<byte[]> setup) throws DiskRefusedException {
        return begin(() -> Installation.plan(disks, name, setup));
    }

    /** Begins to make a data partition of a disk. */
    public long format(String name) throws DiskRefusedException {
        return begin(() -> Formatting.plan(disks, name));
    }

    /** Work that is looked at before it begins. */
    @FunctionalInterface
    private interface Plan {
        Task make() throws DiskRefusedException;
    }

    private synchronized long begin(Plan plan) throws DiskRefusedException {
        if (running.isPresent()) {
            throw new DiskRefusedException(
                    NulldReason.DISK_BUSY, "work on " + running.get().device() + " goes on: wait for its end");
        }
        Task task = plan.make();
        running = Optional.of(task);
        device = task.device();
        done = 0;
        total = task.total();
        failure = "";
        say.accept("writing " + device + ", as an operator asked");
        Thread.ofPlatform().daemon().name("disk-work").start(() -> run(task));
        return total;
    }

    private void run(Task task) {
        String problem = "it was interrupted by a bug; see nullctl logs";
        try {
            task.run(libc, this::progress);
            problem = "";
        } catch (IOException e) {
            problem = String.valueOf(e.getMessage());
        } finally {
            end(problem);
        }
    }

    private synchronized void progress(long bytes) {
        done = bytes;
        notifyAll();
    }

    private synchronized void end(String problem) {
        failure = problem;
        running = Optional.empty();
        say.accept(problem.isEmpty() ? device + " is written" : device + " is not written: " + problem);
        notifyAll();
    }

    /** How far the latest work is; waits for its end, at most so long. */
    public synchronized Message progress(Duration wait) throws InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        long left = wait.toNanos();
        while (running.isPresent() && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = deadline - System.nanoTime();
        }
        return Message.of(
                        NulldContract.DISK.is(device),
                        NulldContract.DONE.is(done),
                        NulldContract.TOTAL.is(total),
                        NulldContract.RUNNING.is(running.isPresent()))
                .and(NulldContract.ERROR, Optional.of(failure).filter(text -> !text.isEmpty()));
    }
}
