package dev.nullbox.nullctl.command;

import com.google.gson.JsonElement;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.StatsContract;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl stats}: what agents use of the machine. */
@Command(
        name = "stats",
        description = {
            "Prints what agents use: processor in percent of one, memory of guest and VMM,",
            "disks, network, threads of the VMM, and for how long they run."
        },
        footer = {
            "",
            "Examples:",
            "  nullctl stats",
            "  nullctl stats -w coder",
            "  nullctl stats --openmetrics > nullbox.prom"
        })
public final class StatsCommand extends BaseCommand {
    private static final long BETWEEN_MILLIS = 1_000;
    private static final String CLEAR = "\u001b[H\u001b[J";

    @Parameters(arity = "0..1", paramLabel = "AGENT", description = "Its name; all agents when not given.")
    private Optional<String> agent = Optional.empty();

    @Option(
            names = {"-w", "--watch"},
            description = "Print them anew each second, until interrupted.")
    private boolean watch;

    @Option(names = "--openmetrics", description = "Print all agents' figures as OpenMetrics text.")
    private boolean openMetrics;

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void execute() throws Exception {
        if (openMetrics) {
            if (agent.isPresent() || watch || json.isGiven()) {
                throw new UsageException("--openmetrics is of all agents, once: leave AGENT, -w and --json out");
            }
            out().print(call(StatsContract.METRICS).get(StatsContract.METRICS_TEXT));
            return;
        }
        if (json.isGiven() && watch) {
            throw new UsageException("--json prints one answer: leave -w out");
        }
        Message query = Message.of().and(Fields.AGENT, agent);
        if (json.isGiven()) {
            JsonElement answer = ask(StatsContract.STATS, query);
            json.print(out(), answer);
            return;
        }
        show(session(), query, watch, false);
    }

    /** Prints the table, once or until output ends. */
    static void show(Session session, Message query, boolean isWatched, boolean isSorted) throws Exception {
        UsageTable table = new UsageTable();
        try (ApplianceClient appliance = session.connect()) {
            table.take(appliance.call(StatsContract.STATS, query), System.nanoTime());
            do {
                TimeUnit.MILLISECONDS.sleep(BETWEEN_MILLIS);
                table.take(appliance.call(StatsContract.STATS, query), System.nanoTime());
                if (isSorted) {
                    table.sortByUse();
                }
                if (isWatched && session.io().isOutSeen()) {
                    session.io().out().print(CLEAR);
                }
                table.print(session.io().out());
            } while (isWatched && !session.io().out().checkError());
        }
    }
}
