package dev.nullbox.nullctl.command.program;

import dev.nullbox.nullctl.command.BaseCommand;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.service.TerminalText;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl kill}: a signal to the program of an agent's run. */
@Command(
        name = "kill",
        description = "Sends an agent's program a signal. Its restart policy answers when it ends.",
        footer = {"", "Examples:", "  nullctl kill --signal HUP hello", "  nullctl kill coder --run 7"})
public final class KillCommand extends BaseCommand {
    /** signal(7), x86-64. */
    private static final Map<String, Long> NUMBERS = Map.ofEntries(
            Map.entry("HUP", 1L),
            Map.entry("INT", 2L),
            Map.entry("QUIT", 3L),
            Map.entry("ABRT", 6L),
            Map.entry("KILL", 9L),
            Map.entry("USR1", 10L),
            Map.entry("USR2", 12L),
            Map.entry("ALRM", 14L),
            Map.entry("TERM", 15L),
            Map.entry("CONT", 18L),
            Map.entry("STOP", 19L),
            Map.entry("WINCH", 28L));

    private static final long LAST = 64;

    @Option(
            names = {"-s", "--signal"},
            paramLabel = "SIGNAL",
            defaultValue = "KILL",
            description = "A name, with or without SIG, or a number from 1 to 64; else KILL.")
    private String signal = "KILL";

    @Option(names = "--run", paramLabel = "N", description = "This run of it (nullctl runs); else its own.")
    private Optional<Long> run = Optional.empty();

    @Parameters(paramLabel = "AGENT", description = "Its name, as nullctl agents lists it.")
    private String agent = "";

    @Override
    protected void execute() throws Exception {
        long number = number();
        ask(
                AgentContract.AGENT_SIGNAL,
                Message.of(Fields.AGENT.is(agent), AgentContract.EXEC_SIGNAL_NUMBER.is(number))
                        .and(Fields.RUN, run));
        out().println(TerminalText.line(agent) + ": signal " + number + " sent");
    }

    private long number() throws UsageException {
        if (signal.matches("[0-9]{1,2}")) {
            long number = Long.parseLong(signal);
            if (number >= 1 && number <= LAST) {
                return number;
            }
        }
        String name = signal.toUpperCase(Locale.ROOT);
        Long known = NUMBERS.get(name.startsWith("SIG") ? name.substring("SIG".length()) : name);
        if (known == null) {
            throw new UsageException("--signal is neither a number from 1 to " + LAST + " nor one of "
                    + String.join(", ", NUMBERS.keySet().stream().sorted().toList()));
        }
        return known;
    }
}
