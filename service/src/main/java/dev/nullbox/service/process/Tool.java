package dev.nullbox.service.process;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.linux.Signals;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Program that is run to its end within a timeout, its output passed on line by line. */
public final class Tool {
    private static final int MAX_LINE_BYTES = 512;
    private static final int POLL_MILLIS = 100;
    private static final int KILLED_MILLIS = 10_000;
    private static final int LAST_OUTPUT = 3;

    private final Libc libc;
    private final ChildProcess.Launcher launcher;

    public Tool(Libc libc, ChildProcess.Launcher launcher) {
        this.libc = libc;
        this.launcher = launcher;
    }

    /**
     * Runs it; for children that no other thread waits for.
     *
     * @param command its path and arguments
     * @param output takes its lines, from both of its outputs
     * @throws IOException when it cannot be started, or did not end within the limit and was killed
     */
    public ExitStatus run(List<String> command, List<String> environment, Duration limit, Consumer<String> output)
            throws IOException {
        long deadline = System.nanoTime() + limit.toNanos();
        PipeReader reader = new PipeReader(libc);
        try (ChildProcess child =
                ChildProcess.spawn(libc, launcher, new ChildProcess.Spec(command, environment, false, 0, 0))) {
            for (int descriptor = 1; descriptor <= LAST_OUTPUT; descriptor++) {
                reader.add(
                        child.output(descriptor),
                        LineSplitter.cutting(MAX_LINE_BYTES, output),
                        errno -> output.accept("its output cannot be read, errno " + errno));
            }
            while (!reader.isEmpty() && System.nanoTime() < deadline) {
                reader.poll(POLL_MILLIS);
            }
            Optional<ExitStatus> end = Optional.empty();
            while (end.isEmpty() && System.nanoTime() < deadline) {
                end = child.await(POLL_MILLIS);
            }
            return end.orElseThrow(() -> overdue(child, command, limit));
        } finally {
            reader.close();
        }
    }

    private static IOException overdue(ChildProcess child, List<String> command, Duration limit) {
        child.signal(Signals.SIGKILL);
        boolean ended = child.await(KILLED_MILLIS).isPresent();
        return new IOException(command.getFirst() + " did not end within " + limit.toSeconds() + " s and was killed"
                + (ended ? "" : ", which has not ended it"));
    }
}
