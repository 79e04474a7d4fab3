package dev.nullbox.importer;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.protocol.importer.ImportReason;
import dev.nullbox.service.process.ChildProcess;
import dev.nullbox.service.process.ExitStatus;
import dev.nullbox.service.process.LineSplitter;
import dev.nullbox.service.process.PipeReader;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Child process mkfs.erofs, which makes an image of the tar archive on its standard input. Source: mkfs.erofs(1). */
final class MkfsErofs implements AutoCloseable {
    /**
     * Options for reproducible images: one UUID, and one time of creation; files keep their own times. LZ4, as it costs
     * a guest the least; clusters of 64 KiB. tools/erofs.sh has the same, for the images that the build makes.
     */
    static final List<String> OPTIONS = List.of(
            "--quiet",
            "-U",
            "6e756c6c-626f-4078-8000-726f6f740001",
            "-T1767225600",
            "--mkfs-time",
            "-zlz4hc",
            "-C65536",
            "-Eztailpacking");

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAX_LINE_BYTES = 512;
    private static final int MAX_LINES = 5;
    private static final int LAST_OUTPUT = 3;
    private static final int POLL_MILLIS = 200;
    private static final int KILLED_MILLIS = 10_000;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final ChildProcess child;
    private final OutputStream input;
    private final List<String> said = new ArrayList<>();
    private final Thread listener;
    private boolean hasEnded;

    private MkfsErofs(Libc libc, ChildProcess child) throws IOException {
        this.child = child;
        PipeReader reader = new PipeReader(libc);
        for (int descriptor = 1; descriptor <= LAST_OUTPUT; descriptor++) {
            reader.add(
                    child.output(descriptor),
                    LineSplitter.cutting(MAX_LINE_BYTES, this::say),
                    errno -> say("its output cannot be read, errno " + errno));
        }
        listener = Thread.ofPlatform().daemon().name("mkfs-output").start(() -> {
            while (!reader.isEmpty()) {
                reader.poll(POLL_MILLIS);
            }
        });
        // A file description of its own, which blocks: the pipe's end of ChildProcess does not.
        input = new BufferedOutputStream(new FileOutputStream("/proc/self/fd/" + child.input()), BUFFER_BYTES);
        libc.close(child.input()).orThrow("close a pipe");
    }

    /**
     * Starts it; it waits for the archive.
     *
     * @param command its path and the words before its options
     * @param work directory of its temporary files
     */
    static MkfsErofs start(Libc libc, List<String> command, Path image, Path work) throws IOException {
        List<String> words = new ArrayList<>(command);
        words.addAll(OPTIONS);
        words.addAll(List.of("--tar=f", image.toString()));
        ChildProcess.Launcher launcher =
                (argv, environment, actions) -> libc.posixSpawn(argv.getFirst(), argv, environment, actions, false);
        return new MkfsErofs(
                libc,
                ChildProcess.spawn(
                        libc,
                        launcher,
                        new ChildProcess.Spec(words, List.of("TMPDIR=" + work, "LANG=C.UTF-8"), true, 0, 0)));
    }

    /** The stream for the archive. */
    OutputStream input() {
        return input;
    }

    /**
     * Waits until it has made the image of the complete archive.
     *
     * @throws ArchiveException with its output
     */
    void finish(int seconds) throws IOException {
        try {
            input.close();
        } catch (IOException e) {
            throw brokenOff();
        }
        long deadline = System.nanoTime() + seconds * NANOS_PER_SECOND;
        Optional<ExitStatus> end = Optional.empty();
        while (end.isEmpty() && System.nanoTime() < deadline) {
            end = child.await(POLL_MILLIS);
        }
        hasEnded = end.isPresent();
        if (end.isEmpty() || !end.get().isSuccess()) {
            throw failed(end);
        }
    }

    /** The failure when it no longer reads the archive. */
    ArchiveException brokenOff() {
        Optional<ExitStatus> end = hasEnded ? Optional.empty() : child.await(KILLED_MILLIS);
        hasEnded |= end.isPresent();
        return failed(end);
    }

    private ArchiveException failed(Optional<ExitStatus> end) {
        try {
            listener.join(KILLED_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        String lines;
        synchronized (said) {
            lines = String.join("; ", said);
        }
        String how = end.map(ExitStatus::describe).orElse("it does not end");
        boolean isFull = lines.contains("No space left")
                || lines.contains("Disk quota exceeded")
                || lines.contains("File too large")
                || end.stream().anyMatch(new ExitStatus.Signal(Signals.SIGXFSZ)::equals);
        return new ArchiveException(
                isFull ? ImportReason.IMPORT_SPACE : ImportReason.IMPORT_FAILED,
                "mkfs.erofs has made no image: " + how + (lines.isEmpty() ? "" : "; it said: " + lines));
    }

    private void say(String line) {
        synchronized (said) {
            if (!line.isBlank() && said.size() < MAX_LINES) {
                said.add(line.strip());
            }
        }
    }

    /** Kills it, if it still runs. */
    @Override
    public void close() {
        if (!hasEnded) {
            child.signal(Signals.SIGKILL);
            hasEnded = child.await(KILLED_MILLIS).isPresent();
        }
        child.close();
    }
}
