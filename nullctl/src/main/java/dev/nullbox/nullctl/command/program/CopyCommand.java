package dev.nullbox.nullctl.command.program;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.archive.files.DirectoryTar;
import dev.nullbox.archive.files.PathBytes;
import dev.nullbox.archive.files.Unpacker;
import dev.nullbox.natives.Natives;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.client.ProgramInput;
import dev.nullbox.nullctl.client.ProgramOutput;
import dev.nullbox.nullctl.command.BaseCommand;
import dev.nullbox.nullctl.terminal.LocalFileException;
import dev.nullbox.nullctl.terminal.TransferProgress;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.protocol.importer.ImportReason;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.TerminalText;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl cp}: files between this machine and an agent's guest. */
@Command(
        name = "cp",
        description = "Copies a file or a directory into an agent's guest, or out of it.",
        footer = {
            "",
            "A directory that is there gets the copy under its own name; any other path",
            "is the copy's new name. SRC/. stands for a directory's content, - for a tar",
            "archive at standard input or output. Files belong to root in the guest, and",
            "to you on this machine. Symbolic links stay links. Devices, FIFOs, sockets",
            "and extended attributes are left out.",
            "",
            "For the files of a stopped agent its guest is started alone: its disks, and no",
            "program, network or secret. What is kept there is its volume, and its root",
            "where that is persistent.",
            "",
            "Examples:",
            "  nullctl cp notes.txt coder:/work/",
            "  nullctl cp coder:/work/src .",
            "  nullctl cp coder:/var/log - | tar -t",
            "  nullctl stop coder && nullctl cp coder:/work/out ."
        })
public final class CopyCommand extends BaseCommand {
    /** As its progress is headed. */
    private static final String COPY = "copy";

    private static final String STANDARD_STREAM = "-";
    private static final long MAX_ENTRIES = 10_000_000;
    private static final int GIB_SHIFT = 30;

    @Parameters(index = "0", paramLabel = "SRC", description = "AGENT:PATH, a path of this machine, or -.")
    private String source = "";

    @Parameters(index = "1", paramLabel = "DEST", description = "AGENT:PATH, a path of this machine, or -.")
    private String destination = "";

    @Option(names = "--run", paramLabel = "N", description = "Of this run of the agent (nullctl runs); else its own.")
    private Optional<Long> run = Optional.empty();

    @Option(
            names = "--keep-owner",
            description = "Keep the numbers of users and groups; on this machine only root can.")
    private boolean keepsOwner;

    @Option(
            names = "--max-gib",
            paramLabel = "N",
            defaultValue = "64",
            description = "Write at most so many GiB to this machine; else 64.")
    private int maxGib = 64;

    private volatile boolean isOver;

    /** A place in a guest. */
    private record Remote(Value<String> agent, String path) {
        /** A place on this machine has a slash before its first colon, or no colon; a relative path counts from the root. */
        static Optional<Remote> of(String word) {
            int colon = word.indexOf(':');
            if (colon < 1 || word.substring(0, colon).contains("/")) {
                return Optional.empty();
            }
            String path = word.substring(colon + 1);
            return Optional.of(
                    new Remote(Fields.AGENT.is(word.substring(0, colon)), path.startsWith("/") ? path : "/" + path));
        }
    }

    /** Output of a program, whose progress is shown while it is read. */
    private static final class Watched extends FilterInputStream {
        private final ProgramOutput output;
        private final TransferProgress progress;

        Watched(ProgramOutput output, TransferProgress progress) {
            super(output);
            this.output = output;
            this.progress = progress;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            progress.update(COPY, output.bytes(), OptionalLong.empty());
            return super.read(into, offset, length);
        }
    }

    /** Part of a copy that goes on with a program's streams. */
    @FunctionalInterface
    private interface Transfer {
        void run(Value<String> id, TransferProgress progress) throws Exception;
    }

    @Override
    protected void execute() throws Exception {
        Optional<Remote> from = Remote.of(source);
        Optional<Remote> to = Remote.of(destination);
        if (from.isPresent() == to.isPresent()) {
            throw new UsageException(
                    "one of SRC and DEST is AGENT:PATH, and the other is of this machine; a path of this"
                            + " machine with a colon is written ./a:b");
        }
        if (maxGib < 1) {
            throw new UsageException("--max-gib is " + maxGib + "; it is a whole number from 1");
        }
        if (from.isPresent()) {
            copyOut(from.get());
        } else {
            copyIn(to.orElseThrow());
        }
    }

    private void copyOut(Remote from) throws Exception {
        boolean isStream = destination.equals(STANDARD_STREAM);
        if (isStream && streams().isOutSeen()) {
            throw new UsageException("standard output is a terminal; redirect it, or name a path");
        }
        Message begun = call(
                AgentContract.COPY_OUT,
                Message.of(from.agent(), AgentContract.COPY_PATH.is(from.path()))
                        .and(Fields.RUN, run));
        transfer(begun, isStream ? this::toStream : this::toFiles);
    }

    private void toStream(Value<String> id, TransferProgress progress) throws Exception {
        try (ApplianceClient appliance = session().connect()) {
            ProgramOutput output = new ProgramOutput(appliance, id);
            byte[] piece = new byte[ProgramInput.PIECE_BYTES];
            try {
                for (int count = output.read(piece); count >= 0; count = output.read(piece)) {
                    streams().write(Arrays.copyOf(piece, count));
                    progress.update(COPY, output.bytes(), OptionalLong.empty());
                }
            } catch (IOException e) {
                throw failed("cannot copy " + source, e);
            }
            finish(appliance, id, output);
        }
    }

    private void toFiles(Value<String> id, TransferProgress progress) throws Exception {
        try (ApplianceClient appliance = session().connect()) {
            ProgramOutput output = new ProgramOutput(appliance, id);
            Unpacker unpacker = new Unpacker(
                    new Unpacker.Rules(keepsOwner, false, (long) maxGib << GIB_SHIFT, MAX_ENTRIES), this::tellLeftOut);
            try {
                unpacker.place(new Watched(output, progress), target(destination));
            } catch (ArchiveException e) {
                // An archive ends early where the guest's side failed, which says why.
                if (e.reason() != ImportReason.IMPORT_CUT) {
                    throw new LocalFileException("cannot write " + destination, e);
                }
                finish(appliance, id, output);
                throw new LocalFileException("cannot write " + destination, e);
            } catch (IOException e) {
                throw failed("cannot write " + destination, e);
            }
            finish(appliance, id, output);
        }
    }

    private static Exception failed(String what, IOException e) {
        return ProgramOutput.cause(e).orElseGet(() -> new LocalFileException(what, e));
    }

    /** A slash or a dot at a word's end means something, and a path forgets it. */
    private static String target(String word) {
        String path = PathBytes.text(Path.of(word));
        return word.endsWith("/") ? path + "/" : word.equals(".") || word.endsWith("/.") ? path + "/." : path;
    }

    private void copyIn(Remote to) throws Exception {
        boolean isStream = source.equals(STANDARD_STREAM);
        if (isStream && streams().terminal().isPresent()) {
            throw new UsageException("standard input is a terminal; pipe a tar archive into it, or name a path");
        }
        Path path = Path.of(source);
        if (!isStream && !Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new UsageException(source + " is not there");
        }
        OptionalLong expected = isStream || Files.isSymbolicLink(path)
                ? OptionalLong.empty()
                : OptionalLong.of(DirectoryTar.estimate(path));
        try (InputStream archive = isStream
                ? streams().in()
                : DirectoryTar.named(Natives.libc(), target(source), Set.of(), this::tellLeftOut)) {
            Message begun = call(
                    AgentContract.COPY_IN,
                    Message.of(
                                    to.agent(),
                                    AgentContract.COPY_PATH.is(to.path()),
                                    AgentContract.AS_IS.is(isStream),
                                    AgentContract.KEEP_OWNER.is(keepsOwner))
                            .and(Fields.RUN, run));
            transfer(begun, (id, progress) -> send(id, archive, expected, progress));
        }
    }

    /** The program's end is looked for all the while: one that has failed takes no more. */
    private void send(Value<String> id, InputStream archive, OptionalLong expected, TransferProgress progress)
            throws Exception {
        try (ApplianceClient appliance = session().connect();
                ProgramInput input = new ProgramInput(session()::connect, id, () -> isOver)) {
            ProgramOutput output = new ProgramOutput(appliance, id);
            CompletableFuture<Message> end = new CompletableFuture<>();
            Thread.ofPlatform().daemon().name("copy-end").start(() -> {
                try {
                    end.complete(output.end());
                } catch (IOException e) {
                    end.completeExceptionally(e);
                } finally {
                    isOver = true;
                }
            });
            long sent = 0;
            byte[] piece = new byte[ProgramInput.PIECE_BYTES];
            for (int count = archive.readNBytes(piece, 0, piece.length);
                    count > 0 && !isOver;
                    count = archive.readNBytes(piece, 0, piece.length)) {
                input.send(Arrays.copyOf(piece, count), false);
                sent += count;
                progress.update(COPY, sent, expected);
            }
            input.send(new byte[0], true);
            try {
                finish(appliance, id, output, end.get());
            } catch (ExecutionException e) {
                throw e.getCause() instanceof IOException unread ? failed("cannot copy " + source, unread) : e;
            }
        }
    }

    /** Runs the transfer; a program that is not at its end then, as after Ctrl-C, is closed. */
    private void transfer(Message begun, Transfer transfer) throws Exception {
        Value<String> id = AgentContract.EXEC.is(begun.get(AgentContract.EXEC));
        Thread interrupt = new Thread(() -> abandon(id));
        Runtime.getRuntime().addShutdownHook(interrupt);
        boolean isDone = false;
        try (TransferProgress progress = TransferProgress.of(streams())) {
            transfer.run(id, progress);
            isDone = true;
        } finally {
            isOver = true;
            Runtime.getRuntime().removeShutdownHook(interrupt);
            if (!isDone) {
                abandon(id);
            }
        }
    }

    private void abandon(Value<String> id) {
        try {
            call(AgentContract.EXEC_CLOSE, id);
        } catch (RpcException | CannotConnectException e) {
            // It is closed already, or by itself after a minute.
        }
    }

    /** Passes on what the guest's side left out or why it failed. */
    private void finish(ApplianceClient appliance, Value<String> id, ProgramOutput output) throws Exception {
        try {
            finish(appliance, id, output, output.end());
        } catch (IOException e) {
            throw failed("cannot copy " + source, e);
        }
    }

    private void finish(ApplianceClient appliance, Value<String> id, ProgramOutput output, Message end)
            throws RpcException, CannotConnectException {
        isOver = true;
        String said = new String(output.errors(), StandardCharsets.UTF_8).strip();
        boolean isGood = end.find(Fields.CODE).equals(Optional.of(0L));
        if (!isGood) {
            String why = said.isEmpty() ? end.find(Fields.WHY).orElseGet(() -> end.get(AgentContract.HOW)) : said;
            throw new RpcException(AgentReason.COPY_FAILED, TerminalText.line("the guest's side failed: " + why));
        }
        said.lines().forEach(line -> streams().err().println(TerminalText.line("nullctl: " + line)));
        appliance.call(AgentContract.EXEC_CLOSE, id);
    }

    private void tellLeftOut(Object what) {
        streams().err().println(TerminalText.line("nullctl: left out: " + what));
    }
}
