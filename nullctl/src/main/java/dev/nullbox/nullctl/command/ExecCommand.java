package dev.nullbox.nullctl.command;

import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.client.ProgramInput;
import dev.nullbox.nullctl.terminal.LocalFileException;
import dev.nullbox.nullctl.terminal.Streams;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl exec}: a program beside an agent, with its three streams and its exit code. */
@Command(
        name = "exec",
        exitCodeOnExecutionException = ExecCommand.NOT_RUN,
        description = "Runs a program in an agent's guest, as the agent's user.",
        footer = {
            "",
            "The exit code is the program's: 128 and the signal when one ended it, 127 when",
            "there is no such program, 126 when it cannot be executed, 125 when nothing",
            "was run. Standard input is passed on when it is not a terminal. With -t the",
            "program has a terminal of its own, which follows this one's size; Ctrl-C is",
            "its own then.",
            "",
            "Examples:",
            "  nullctl exec hello -- ls -l /",
            "  nullctl exec -it coder -- bash",
            "  nullctl exec coder -u root -- apt-get update",
            "  tar -c src | nullctl exec coder -w /work -- tar -x"
        })
public final class ExecCommand extends CommandContext implements Callable<Integer> {
    /** Exit code when the program was not run, or its end is unknown. */
    static final int NOT_RUN = 125;

    /** What a signal's number is added to. */
    static final long SIGNALLED = 128;

    private static final int SIGINT = 2;
    private static final long WAIT_MILLIS = 10_000;
    private static final long SIZE_MILLIS = 250;

    @Parameters(index = "0", paramLabel = "AGENT", description = "Its name, as nullctl agents lists it.")
    private String agent = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "CMD", description = "The program and its arguments.")
    private List<String> words = List.of();

    @Option(
            names = {"-u", "--user"},
            paramLabel = "USER",
            description = "Name or number, with a group after a colon.")
    private Optional<String> user = Optional.empty();

    @Option(
            names = {"-w", "--workdir"},
            paramLabel = "DIR",
            description = "The directory in which it runs.")
    private Optional<String> workdir = Optional.empty();

    @Option(
            names = {"-e", "--env"},
            paramLabel = "NAME=VALUE",
            description = "A variable beside the agent's own; may be repeated.")
    private List<String> env = List.of();

    @Option(
            names = {"-i", "--input"},
            description = "Pass standard input on even if it is a terminal.")
    private boolean hasInput;

    @Option(
            names = {"-t", "--tty"},
            description = "Give the program a terminal, as this one; standard input must be one.")
    private boolean hasTerminal;

    private volatile boolean isOver;

    @Override
    public Integer call() throws Exception {
        if (!hasTerminal) {
            return run(Optional.empty());
        }
        Streams.Terminal terminal = streams()
                .terminal()
                .orElseThrow(() -> new UsageException("standard input is no terminal: leave -t out"));
        try (Streams.RawMode raw = terminal.raw()) {
            return run(Optional.of(raw));
        }
    }

    private int run(Optional<Streams.RawMode> terminal) throws Exception {
        Optional<Streams.Size> size = terminal.map(Streams.RawMode::size);
        Message begun = call(
                AgentContract.AGENT_EXEC,
                Message.of(Fields.AGENT.is(agent), AgentContract.WORDS.is(words), AgentContract.ENV.is(variables()))
                        .and(AgentContract.USER, user)
                        .and(AgentContract.WORKDIR, workdir)
                        .and(AgentContract.ROWS, size.map(now -> (long) now.rows()))
                        .and(AgentContract.COLUMNS, size.map(now -> (long) now.columns())));
        Value<String> id = AgentContract.EXEC.is(begun.get(AgentContract.EXEC));
        Thread interrupt = new Thread(() -> interrupt(id));
        Runtime.getRuntime().addShutdownHook(interrupt);
        try {
            Thread.ofPlatform().daemon().start(() -> passInput(id));
            terminal.ifPresent(
                    raw -> Thread.ofPlatform().daemon().start(() -> followSize(id, raw, size.orElseThrow())));
            return code(follow(id));
        } finally {
            isOver = true;
            Runtime.getRuntime().removeShutdownHook(interrupt);
        }
    }

    /** Requested variables; at a terminal also TERM, as programs draw by it. */
    private List<String> variables() {
        List<String> all = new ArrayList<>();
        if (hasTerminal) {
            all.add("TERM=" + streams().environment().getOrDefault("TERM", "xterm"));
        }
        all.addAll(env);
        return all;
    }

    /** Polls the terminal's size: no signal reports it in Java. */
    private void followSize(Value<String> id, Streams.RawMode terminal, Streams.Size first) {
        Streams.Size told = first;
        try {
            while (!isOver) {
                TimeUnit.MILLISECONDS.sleep(SIZE_MILLIS);
                Streams.Size now = terminal.size();
                if (!now.equals(told)) {
                    call(
                            AgentContract.EXEC_RESIZE,
                            id,
                            AgentContract.ROWS.is((long) now.rows()),
                            AgentContract.COLUMNS.is((long) now.columns()));
                    told = now;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RpcException | CannotConnectException e) {
            // The program has ended, which its reader reports.
        }
    }

    /** Handles Ctrl-C: the program gets the signal, and is closed. */
    private void interrupt(Value<String> id) {
        if (isOver) {
            return;
        }
        try (ApplianceClient appliance = session().connect()) {
            appliance.call(AgentContract.EXEC_SIGNAL, id, AgentContract.EXEC_SIGNAL_NUMBER.is((long) SIGINT));
        } catch (RpcException | CannotConnectException e) {
            streams().err().println(TerminalText.line("nullctl: the program was not interrupted: " + e.getMessage()));
        }
    }

    /** Prints the program's output until it has ended; returns its end. */
    private Message follow(Value<String> id) throws RpcException, CannotConnectException, LocalFileException {
        try (ApplianceClient appliance = session().connect()) {
            Message page = read(appliance, id);
            while (!page.has(AgentContract.EXIT)) {
                page = read(appliance, id);
            }
            appliance.call(AgentContract.EXEC_CLOSE, id);
            return page.get(AgentContract.EXIT);
        }
    }

    private Message read(ApplianceClient appliance, Value<String> id)
            throws RpcException, CannotConnectException, LocalFileException {
        Message page = appliance.call(AgentContract.EXEC_READ, id, AgentContract.EXEC_WAIT.is(WAIT_MILLIS));
        for (Message chunk : page.get(AgentContract.CHUNKS)) {
            byte[] data = chunk.get(AgentContract.EXEC_DATA);
            if (chunk.get(AgentContract.STDERR)) {
                streams().writeError(data);
            } else {
                streams().write(data);
            }
        }
        return page;
    }

    private int code(Message end) throws RpcException {
        Optional<Long> code = end.find(Fields.CODE);
        Optional<Long> signal = end.find(Fields.SIGNAL);
        if (code.isPresent()) {
            return Math.toIntExact(code.get());
        }
        if (signal.isPresent()) {
            return Math.toIntExact(SIGNALLED + signal.get());
        }
        throw new RpcException(
                CallReason.UNEXPECTED,
                "the program's end is not known: " + end.find(Fields.WHY).orElseGet(() -> end.get(AgentContract.HOW)));
    }

    /** Passes standard input on, or reports at once that there is none. */
    private void passInput(Value<String> id) {
        try (ProgramInput sender = new ProgramInput(session()::connect, id, () -> isOver)) {
            byte[] piece = new byte[ProgramInput.PIECE_BYTES];
            boolean isPassed = hasInput || hasTerminal || streams().terminal().isEmpty();
            InputStream in = isPassed ? streams().in() : InputStream.nullInputStream();
            int count = in.read(piece);
            while (count >= 0) {
                sender.send(Arrays.copyOf(piece, count), false);
                count = in.read(piece);
            }
            sender.send(new byte[0], true);
        } catch (RpcException | CannotConnectException | IOException e) {
            if (!isOver) {
                streams().err().println(TerminalText.line("nullctl: input is not passed on: " + e.getMessage()));
            }
        }
    }
}
