package dev.nullbox.cage.store;

import com.google.gson.JsonElement;
import dev.nullbox.cage.jail.Cgroups;
import dev.nullbox.cage.jail.JailPipe;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.importer.ImportProtocol;
import dev.nullbox.protocol.importer.ImportReason;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.TerminalText;
import dev.nullbox.service.process.ChildProcess;
import dev.nullbox.service.process.ExitStatus;
import dev.nullbox.service.process.LineSplitter;
import dev.nullbox.service.process.PipeReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Process of the importer, from cage's side: it is in a control group of its own before it has its request, is killed
 * at the timeout, and of its output only numbers, names and reasons are accepted, each within its bounds.
 */
final class Importer {
    /** Control group of the importer; no agent can have this name. */
    private static final String GROUP = ".importer";

    private static final int CPU_PERCENT = 400;
    private static final int MAX_LINE_BYTES = 1 << 20;
    private static final int MAX_MESSAGE = 2_000;
    private static final int POLL_MILLIS = 200;
    private static final int REAP_MILLIS = 10_000;
    private static final int STATUS_FD = 3;

    /**
     * Import request.
     *
     * @param source the archive
     * @param work an empty directory, for the image
     * @param image name of the image in the archive; absent when it has only one
     * @param maxBytes most bytes of its layers, decompressed
     */
    record Request(Path source, Path work, Optional<String> image, long maxBytes) {}

    /** Watcher of one import. */
    interface Progress {
        /** So many bytes of so many were read. */
        void read(long bytes, long total);

        /** Tells whether the import is cancelled. */
        boolean isCancelled();
    }

    private final Libc libc;
    private final ChildProcess.Launcher launcher;
    private final Cgroups cgroups;
    private final ImporterSettings settings;

    Importer(Libc libc, ChildProcess.Launcher launcher, Cgroups cgroups, ImporterSettings settings) {
        this.libc = libc;
        this.launcher = launcher;
        this.cgroups = cgroups;
        this.settings = settings;
    }

    /**
     * Makes an image; one at a time.
     *
     * @return the result for the image, see {@link ImportProtocol#RESULT}
     * @throws RpcException with an {@link ImportReason}
     */
    Message run(Request request, Progress progress) throws IOException, RpcException {
        cgroups.create(GROUP, CPU_PERCENT, settings.memoryMib());
        try {
            return converse(request, progress);
        } finally {
            cgroups.remove(GROUP);
        }
    }

    private Message converse(Request request, Progress progress) throws IOException, RpcException {
        long deadline = System.nanoTime() + settings.limit().toNanos();
        BooleanSupplier isOver = () -> System.nanoTime() >= deadline || progress.isCancelled();
        Outcome outcome = new Outcome(progress);
        PipeReader reader = new PipeReader(libc);
        try (ChildProcess child = ChildProcess.spawn(
                libc,
                launcher,
                new ChildProcess.Spec(settings.launcher(), List.of("LANG=C.UTF-8", "PATH=/sbin:/bin"), true, 0, 0))) {
            reader.add(child.output(1), LineSplitter.cutting(MAX_LINE_BYTES, outcome::line), errno -> {});
            reader.add(child.output(2), LineSplitter.cutting(MAX_MESSAGE, Importer::warn), errno -> {});
            reader.add(child.output(STATUS_FD), LineSplitter.cutting(MAX_MESSAGE, line -> {}), errno -> {});
            try {
                cgroups.add(GROUP, child.pid());
                send(child, request, isOver);
                return outcome.of(await(child, reader, isOver));
            } finally {
                child.signal(Signals.SIGKILL);
            }
        } finally {
            reader.close();
        }
    }

    private void send(ChildProcess child, Request request, BooleanSupplier isOver) throws IOException {
        Message message = Message.of(
                        ImportProtocol.CAGE_PID.is((long) libc.getpid()),
                        ImportProtocol.UID.is((long) settings.uid()),
                        ImportProtocol.NEW_ROOT.is(settings.newRoot().toString()),
                        ImportProtocol.LAUNCHER.is(settings.launcher()),
                        ImportProtocol.BINDS.is(settings.binds()),
                        ImportProtocol.MKFS.is(settings.mkfs()),
                        ImportProtocol.SOURCE.is(request.source().toString()),
                        ImportProtocol.WORK.is(request.work().toString()),
                        ImportProtocol.LIMIT_BYTES.is(Math.min(ImportProtocol.MAX_BYTES, request.maxBytes())),
                        ImportProtocol.LIMIT_SECONDS.is(settings.limit().toSeconds()))
                .and(ImportProtocol.IMAGE, request.image());
        try {
            new JailPipe(libc, child.input())
                    .send((Json.write(Codec.encode(message)) + "\n").getBytes(StandardCharsets.UTF_8), isOver);
        } finally {
            libc.close(child.input());
        }
    }

    /** Waits for its end; kills it when cancelled or at the timeout. */
    private ExitStatus await(ChildProcess child, PipeReader reader, BooleanSupplier isOver) throws IOException {
        while (!reader.isEmpty() && !isOver.getAsBoolean()) {
            reader.poll(POLL_MILLIS);
        }
        if (!reader.isEmpty()) {
            child.signal(Signals.SIGKILL);
        }
        return child.await(REAP_MILLIS)
                .orElseThrow(
                        () -> new IOException("the importer does not end, " + REAP_MILLIS + " ms after its last line"));
    }

    private static void warn(String line) {
        System.err.println("importer: " + TerminalText.escaped(line));
    }

    /** Last message of an importer. */
    private final class Outcome {
        private final Progress progress;
        private @Nullable Message last;

        Outcome(Progress progress) {
            this.progress = progress;
        }

        void line(String line) {
            try {
                JsonElement json = Json.parse(line);
                if (!json.isJsonObject()) {
                    return;
                }
                Message message = Codec.decodeOpen(ImportProtocol.OUTPUT.fields(), json.getAsJsonObject());
                message.find(ImportProtocol.READ)
                        .ifPresent(read -> progress.read(
                                read, message.find(ImportProtocol.TOTAL).orElse(read)));
                if (message.has(ImportProtocol.RESULT) || message.has(ImportProtocol.ERROR)) {
                    last = message;
                }
            } catch (RpcException e) {
                warn("a line that is none of the protocol: " + e.getMessage());
            }
        }

        Message of(ExitStatus status) throws RpcException {
            Message said = last;
            if (progress.isCancelled()) {
                throw new RpcException(ImportReason.IMPORT_FAILED, "the import was given up, as cage is stopping");
            }
            if (said != null && said.has(ImportProtocol.ERROR)) {
                Message error = said.get(ImportProtocol.ERROR);
                throw new RpcException(
                        error.get(ImportProtocol.REASON),
                        TerminalText.escaped(shortened(error.get(ImportProtocol.MESSAGE))));
            }
            if (said == null || !status.isSuccess()) {
                throw new RpcException(
                        ImportReason.IMPORT_FAILED,
                        cgroups.outOfMemoryKills(GROUP) > 0
                                ? "the importer needs more than its " + settings.memoryMib() + " MiB of memory"
                                : "the importer ended with " + status.describe() + " within "
                                        + settings.limit().toSeconds() + " s, without a result");
            }
            return said.get(ImportProtocol.RESULT);
        }

        private static String shortened(String message) {
            return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "...";
        }
    }
}
