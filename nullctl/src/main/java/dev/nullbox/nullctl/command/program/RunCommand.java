package dev.nullbox.nullctl.command;

import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.terminal.ShortDuration;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.CallReason;
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
            "be executed, 125 when nothing was run. Ctrl-C is passed on as SIGINT. A run",
            "whose nullctl is gone goes on: nullctl runs lists it, nullctl stop ends it.",
            "",
            "Examples:",
            "  nullctl run coder --timeout 10m -- /app/task --issue 7",
            "  echo 'print(6 * 7)' | nullctl run -i py -- python3 -",
            "  n=$(nullctl run -d coder -- /app/task) && nullctl wait coder --run $n"
        })
public final class RunCommand extends CommandContext implements Callable<Integer> {
    private static final int SIGINT = 2;

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
            description = "Pass standard input on; else its input is empty.")
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

    @Override
    public Integer call() throws Exception {
        if (isDetached && hasInput) {
            throw new UsageException("-d lets the run go on without this program's input: leave -d or -i out");
        }
        Message begun = call(
                AgentContract.AGENT_RUN,
                Message.of(
                                Fields.AGENT.is(agent),
                                AgentContract.ARGS.is(args),
                                AgentContract.ENV.is(env),
                                AgentContract.IS_DETACHED.is(isDetached),
                                AgentContract.IS_FORGOTTEN.is(isForgotten))
                        .and(AgentContract.TIMEOUT, timeoutMillis()));
        long run = begun.get(Fields.RUN);
        if (isDetached) {
            out().println(run);
            return 0;
        }
        ProgramClient program = new ProgramClient(session(), begun.get(AgentContract.EXEC));
        Message end = program.follow(
                hasInput ? streams().in() : InputStream.nullInputStream(), () -> interrupt(program, run));
        Optional<Integer> code = ProgramClient.code(end);
        if (code.isEmpty()) {
            throw new RpcException(
                    CallReason.UNEXPECTED, "run " + run + " has no exit code: " + ProgramClient.words(end));
        }
        if (!end.has(Fields.CODE)) {
            program.warn("run " + run + " of " + agent + " ended: " + ProgramClient.words(end));
        }
        return code.get();
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
                call(AgentContract.EXEC_SIGNAL, program.id(), AgentContract.EXEC_SIGNAL_NUMBER.is((long) SIGINT));
            } catch (RpcException notYet) {
                var _ = call(AgentContract.AGENT_STOP, Fields.AGENT.is(agent), Fields.RUN.is(run));
            }
        } catch (RpcException | CannotConnectException e) {
            program.warn("run " + run + " was not interrupted: " + e.getMessage());
        }
    }
}
