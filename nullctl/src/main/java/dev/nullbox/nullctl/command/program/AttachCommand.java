package dev.nullbox.nullctl.command.program;

import dev.nullbox.nullctl.command.CommandContext;
import dev.nullbox.nullctl.terminal.DetachKeys;
import dev.nullbox.nullctl.terminal.Streams;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.service.TerminalText;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl attach}: the streams of a run that is under way. */
@Command(
        name = "attach",
        exitCodeOnExecutionException = ProgramClient.NOT_RUN,
        description = {
            "Shows what an agent's program writes from now on, and passes input on where",
            "its run takes any: one that was begun by nullctl run with -t, or -d -i."
        },
        footer = {
            "",
            "Ctrl-P Ctrl-Q leaves a run with a terminal, Ctrl-C any other; the run goes on.",
            "An operator who reads slowly holds nobody up: what is left out then is said,",
            "and nullctl logs has it. The exit code is the run's when it ends meanwhile,",
            "and 0 when it was left.",
            "",
            "Examples:",
            "  nullctl attach hello",
            "  n=$(nullctl run -dit coder -- bash) && nullctl attach coder --run $n"
        })
public final class AttachCommand extends CommandContext implements Callable<Integer> {
    @Parameters(paramLabel = "AGENT", description = "Its name, as nullctl agents lists it.")
    private String agent = "";

    @Option(names = "--run", paramLabel = "N", description = "This run of it (nullctl runs); else its own.")
    private Optional<Long> run = Optional.empty();

    @Option(names = "--no-input", description = "Pass no input on, only look.")
    private boolean hasNoInput;

    @Override
    public Integer call() throws Exception {
        Message begun = call(
                AgentContract.AGENT_ATTACH, Message.of(Fields.AGENT.is(agent)).and(Fields.RUN, run));
        ProgramClient program = new ProgramClient(session(), begun.get(AgentContract.EXEC));
        boolean hasInput = begun.get(AgentContract.HAS_INPUT) && !hasNoInput;
        Optional<Streams.Terminal> terminal =
                streams().terminal().filter(_ -> hasInput && begun.get(AgentContract.HAS_TERMINAL));
        String name = "run " + begun.get(Fields.RUN) + " of " + TerminalText.line(agent);
        program.warn("attached to " + name + (hasInput ? "" : ", without input") + "; "
                + (terminal.isPresent() ? ProgramClient.KEYS : "Ctrl-C") + " leaves it");
        Optional<Message> end;
        if (terminal.isPresent()) {
            try (Streams.RawMode raw = terminal.get().raw()) {
                program.redraw(raw.size());
                program.followSize(raw, raw.size());
                end = program.follow(Optional.of(new DetachKeys(streams().in(), program::leave)), program::leave);
            }
        } else {
            Optional<InputStream> input = hasInput ? Optional.of(streams().in()) : Optional.empty();
            end = program.follow(input, program::leave);
        }
        if (end.isEmpty()) {
            program.warn("left " + name + ", which goes on");
            return 0;
        }
        return program.codeOfRun(end.get(), name);
    }
}
