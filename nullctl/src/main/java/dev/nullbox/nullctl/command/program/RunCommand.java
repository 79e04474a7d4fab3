package dev.nullbox.nullctl.command.program;

import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.command.CommandContext;
import dev.nullbox.nullctl.terminal.DetachKeys;
import dev.nullbox.nullctl.terminal.ShortDuration;
import dev.nullbox.nullctl.terminal.Streams;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.rpc.RpcException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl run}: a run beside an agent's own, with its streams and its exit code. */
@Command(
        name = "run",
        exitCodeOnExecutionException = ProgramClient.NOT_RUN,
        description = {
            "Runs an agent once more, in a microVM of its own beside its long-lived run.",
            "The run has its own root layer, addresses and secrets' leases, and what",
            "AGENT.toml allows. An agent with volumes or a persistent root has one run at",
            "a time: its disks are never attached to two microVMs."
        },
        footer = {
            "",
            "ARGS take the place of the agent's command; where that is the entry point of",
            "its image, they follow the entry point, as with docker run. Without ARGS the",
            "command is the agent's.",
            "",
            "The exit code is the program's: 128 and the signal when one ended it, 124",
            "when its time was over, 127 when there is no such program, 126 when it cannot",
            "be executed, 125 when nothing was run. Ctrl-C is passed on as SIGINT; with -t",
            "it is the program's own, and Ctrl-P Ctrl-Q leaves the run to itself. A run",
            "whose nullctl is gone goes on: nullctl runs lists it, nullctl attach returns",
            "to it, nullctl stop ends it.",
            "",
            "Examples:",
            "  nullctl run coder --timeout 10m -- /app/task --issue 7",
            "  nullctl run -it coder -- bash",
            "  echo 'print(6 * 7)' | nullctl run -i py -- python3 -",
            "  n=$(nullctl run -d coder -- /app/task) && nullctl wait coder --run $n"
        })
public final class RunCommand extends CommandContext implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "AGENT", description = "Its name, as nullctl agents lists it.")
    private String agent = "";

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "ARGS", description = "Its command's words; see below.")
    private List<String> args = List.of();

    @Option(
            names = {"-d", "--detach"},
            description = "Print the run's number, and let it go on.")
    private boolean isDetached;

    @Option(names = "--rm", description = "Forget the run when it is over: nullctl runs does not list it.")
    private boolean isForgotten;

    @Option(
            names = {"-i", "--input"},
            description = {
                "Pass standard input on; else its input is empty. With -d it stays open for",
                "nullctl attach."
            })
    private boolean hasInput;

    @Option(
            names = {"-e", "--env"},
            paramLabel = "NAME=VALUE",
            description = "A variable beside the agent's own; may be repeated.")
    private List<String> env = List.of();

    @Option(
            names = "--timeout",
            paramLabel = "D",
            description = "Stop it after its program has run for 90s, 10m, 2h or 3d.")
    private Optional<String> timeout = Optional.empty();

    @Option(
            names = {"-t", "--tty"},
            description = {
                "Give its program a terminal, as this one; standard input must be one. With",
                "-d it has one too, for nullctl attach."
            })
    private boolean hasTerminal;

    @Override
    public Integer call() throws Exception {
        if (!hasTerminal) {
            return run(Optional.empty());
        }
        if (isDetached) {
            out().println(begin(Optional.of(Streams.Size.USUAL)).get(Fields.RUN));
            return 0;
        }
        Streams.Terminal terminal = ProgramClient.terminal(streams());
        streams().err().println("nullctl: " + ProgramClient.KEYS + " leaves the run to itself");
        try (Streams.RawMode raw = terminal.raw()) {
            return run(Optional.of(raw));
        }
    }

    private Message begin(Optional<Streams.Size> size) throws Exception {
        return call(
                AgentContract.AGENT_RUN,
                Message.of(
                                Fields.AGENT.is(agent),
                                AgentContract.ARGS.is(args),
                                AgentContract.ENV.is(ProgramClient.variables(streams(), hasTerminal, env)),
                                AgentContract.IS_DETACHED.is(isDetached),
                                AgentContract.IS_FORGOTTEN.is(isForgotten))
                        .andIf(AgentContract.KEEPS_INPUT, isDetached && hasInput)
                        .and(AgentContract.TIMEOUT, timeoutMillis())
                        .and(AgentContract.ROWS, size.map(now -> (long) now.rows()))
                        .and(AgentContract.COLUMNS, size.map(now -> (long) now.columns())));
    }

    private int run(Optional<Streams.RawMode> terminal) throws Exception {
        Optional<Streams.Size> size = terminal.map(Streams.RawMode::size);
        Message begun = begin(size);
        long run = begun.get(Fields.RUN);
        if (isDetached) {
            out().println(run);
            return 0;
        }
        ProgramClient program = new ProgramClient(session(), begun.get(AgentContract.EXEC));
        terminal.ifPresent(raw -> program.followSize(raw, size.orElseThrow()));
        Optional<Message> end = program.follow(Optional.of(input(program)), () -> interrupt(program, run));
        String name = "run " + run + " of " + agent;
        if (end.isEmpty()) {
            program.warn("left " + name + ", which goes on; nullctl attach " + agent + " --run " + run + " returns");
            return 0;
        }
        return program.codeOfRun(end.get(), name);
    }

    private InputStream input(ProgramClient program) {
        if (hasTerminal) {
            return new DetachKeys(streams().in(), program::leave);
        }
        return hasInput ? streams().in() : InputStream.nullInputStream();
    }

    private Optional<Long> timeoutMillis() throws UsageException {
        if (timeout.isEmpty()) {
            return Optional.empty();
        }
        Duration limit = ShortDuration.parse(timeout.get())
                .filter(duration -> duration.isPositive())
                .orElseThrow(() ->
                        new UsageException("--timeout is a number above 0 with s, m, h or d, not " + timeout.get()));
        return Optional.of(limit.toMillis());
    }

    /** Handles Ctrl-C: the program gets the signal; before it runs, the run is stopped. */
    private void interrupt(ProgramClient program, long run) {
        try {
            try {
                program.interrupt();
            } catch (RpcException notYet) {
                var _ = call(AgentContract.AGENT_STOP, Fields.AGENT.is(agent), Fields.RUN.is(run));
            }
        } catch (RpcException | CannotConnectException e) {
            program.warn("run " + run + " was not interrupted: " + e.getMessage());
        }
    }
}
