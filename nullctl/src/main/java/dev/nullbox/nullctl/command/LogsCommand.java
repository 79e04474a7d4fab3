package dev.nullbox.nullctl.command;

import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.LogContract;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl logs}: lines and events of the appliance's services, or an agent's output. */
@Command(
        name = "logs",
        description = {
            "With an agent: what it wrote, as its ring on the data partition has it, its",
            "standard error on this one's. On a terminal control characters are escaped;",
            "redirected, all bytes are as the agent wrote them.",
            "Without: the appliance's latest records: seconds since boot, source, event."
        },
        footer = {
            "",
            "Examples:",
            "  nullctl logs coder -f",
            "  nullctl logs coder --since 10m --grep error --timestamps",
            "  nullctl logs coder --previous > last-run.txt",
            "  nullctl logs -n 20 --source warden",
            "  nullctl logs -f --json | jq -c .event"
        })
public final class LogsCommand extends BaseCommand {
    /** Records that are printed unless a number is given. */
    private static final int RECORDS = 100;

    @Parameters(arity = "0..1", paramLabel = "AGENT", description = "Its name, as nullctl agents lists it.")
    private Optional<String> agent = Optional.empty();

    @Option(
            names = {"-f", "--follow"},
            description = "Go on as lines or records come, until interrupted.")
    private boolean follow;

    @Option(names = "--source", paramLabel = "S", description = "Only what this service said.")
    private Optional<String> source = Optional.empty();

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "So many from before now; else all of an agent, or " + RECORDS + " records.")
    private Optional<Integer> wanted = Optional.empty();

    @Option(names = "--json", description = "Print each line or record as one JSON object on a line.")
    private boolean json;

    @Mixin
    private AgentLogOptions ofAgent = new AgentLogOptions();

    @Override
    protected void execute() throws Exception {
        int lines = wanted.orElse(RECORDS);
        if (lines < 0) {
            throw new UsageException("-n is 0 or more");
        }
        if (agent.isPresent()) {
            if (source.isPresent()) {
                throw new UsageException("--source is of the appliance's records: leave it or the agent out");
            }
            Message query = ofAgent.query(agent.get()).and(LogContract.LAST, wanted.map(Integer::longValue));
            new AgentLogReader(session(), new AgentLogPrinter(streams(), ofAgent.hasTimes(), json)).read(query, follow);
            return;
        }
        ofAgent.rejectAll();
        readRecords(lines);
    }

    private void readRecords(int lines) throws Exception {
        new RecordLog(session(), source, record -> true, json).print(lines, follow);
    }
}
