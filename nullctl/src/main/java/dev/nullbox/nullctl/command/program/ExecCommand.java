package dev.nullbox.nullctl.command.program;

import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.command.CommandContext;
import dev.nullbox.nullctl.terminal.Streams;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.rpc.RpcException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl exec}: a program beside an agent, with its three streams and its exit code. */
@Command(
        name = "exec",
        exitCodeOnExecutionException = ProgramClient.NOT_RUN,
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
    @Parameters(index = "0", paramLabel = "AGENT", description = "Its name, as nullctl agents lists it.")
    private String agent = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "CMD", description = "The program and its arguments.")
    private List<String> words = List.of();

    @Option(names = "--run", paramLabel = "N", description = "In this run beside the agent's own (nullctl runs).")
    private Optional<Long> run = Optional.empty();

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

    @Override
    public Integer call() throws Exception {
        if (!hasTerminal) {
            return run(Optional.empty());
        }
        Streams.Terminal terminal = ProgramClient.terminal(streams());
        try (Streams.RawMode raw = terminal.raw()) {
            return run(Optional.of(raw));
        }
    }

    private int run(Optional<Streams.RawMode> terminal) throws Exception {
        Optional<Streams.Size> size = terminal.map(Streams.RawMode::size);
        Message begun = call(
                AgentContract.AGENT_EXEC,
                Message.of(
                                Fields.AGENT.is(agent),
                                AgentContract.WORDS.is(words),
                                AgentContract.ENV.is(ProgramClient.variables(streams(), hasTerminal, env)))
                        .and(Fields.RUN, run)
                        .and(AgentContract.USER, user)
                        .and(AgentContract.WORKDIR, workdir)
                        .and(AgentContract.ROWS, size.map(now -> (long) now.rows()))
                        .and(AgentContract.COLUMNS, size.map(now -> (long) now.columns())));
        ProgramClient program = new ProgramClient(session(), begun.get(AgentContract.EXEC));
        terminal.ifPresent(raw -> program.followSize(raw, size.orElseThrow()));
        Message end =
                program.follow(Optional.of(input()), () -> interrupt(program)).orElseThrow();
        return ProgramClient.code(end)
                .orElseThrow(() -> new RpcException(
                        CallReason.UNEXPECTED,
                        "the program's end is not known: "
                                + end.find(Fields.WHY).orElseGet(() -> end.get(AgentContract.HOW))));
    }

    private InputStream input() {
        boolean isPassed = hasInput || hasTerminal || streams().terminal().isEmpty();
        return isPassed ? streams().in() : InputStream.nullInputStream();
    }

    /** Handles Ctrl-C: the program gets the signal. */
    private void interrupt(ProgramClient program) {
        try {
            program.interrupt();
        } catch (RpcException | CannotConnectException e) {
            program.warn("the program was not interrupted: " + e.getMessage());
        }
    }
}
