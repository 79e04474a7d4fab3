package dev.nullbox.nullctl.command;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.terminal.CellFormat;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.LogContract;
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.TerminalText;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
    /** Records of a call: at 4 KiB each they fit one message. */
    private static final int PAGE = 250;

    private static final int FOLLOW_MILLIS = 10_000;
    /** Records that are printed unless a number is given. */
    private static final int RECORDS = 100;

    private static final Set<String> SHOWN_APART = CellFormat.names(
            Fields.SEQ, NulldContract.T, NulldContract.SOURCE, NulldContract.EVENT, NulldContract.TEXT_LINE);

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
        try (ApplianceClient appliance = session().connect()) {
            PrintWriter out = out();
            long next = printLatest(appliance, lines, out);
            while (follow && !out.checkError()) {
                Page page = read(appliance, next, FOLLOW_MILLIS);
                page.records().forEach(record -> out.println(show(record)));
                out.flush();
                next = page.next();
            }
        }
    }

    private record Page(List<JsonObject> records, long next) {}

    /** Prints the latest records of the appliance; returns where to continue. */
    private long printLatest(ApplianceClient appliance, int lines, PrintWriter out)
            throws RpcException, CannotConnectException {
        Deque<JsonObject> latest = new ArrayDeque<>();
        long next = 0;
        while (true) {
            Page page = read(appliance, next, 0);
            for (JsonObject record : page.records()) {
                latest.addLast(record);
                if (latest.size() > lines) {
                    latest.removeFirst();
                }
            }
            if (page.next() <= next || page.records().isEmpty()) {
                next = Math.max(next, page.next());
                break;
            }
            next = page.next();
        }
        latest.forEach(record -> out.println(show(record)));
        out.flush();
        return next;
    }

    private Page read(ApplianceClient appliance, long after, int waitMillis)
            throws RpcException, CannotConnectException {
        Message params = Message.of(
                        NulldContract.AFTER.is(after),
                        NulldContract.MAX.is((long) PAGE),
                        NulldContract.WAIT_MS.is((long) waitMillis))
                .and(NulldContract.SOURCE, source);
        Message page = appliance.call(NulldContract.LOGS, params);
        List<JsonObject> records = page.get(NulldContract.RECORDS).stream()
                .filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast)
                .toList();
        return new Page(records, page.get(NulldContract.NEXT));
    }

    private String show(JsonObject record) {
        return json ? TerminalText.json(record) : line(record);
    }

    /** Record as {@code 12.345 source event name=value}, or with its text. */
    private static String line(JsonObject record) {
        StringBuilder line = new StringBuilder();
        String time = CellFormat.of(record, NulldContract.T);
        line.repeat(" ", Math.max(0, 9 - time.length())).append(time);
        line.append(' ').append(CellFormat.of(record, NulldContract.SOURCE));
        for (Field<?> field : List.of(NulldContract.EVENT, NulldContract.TEXT_LINE)) {
            if (record.has(field.name())) {
                line.append(' ').append(CellFormat.of(record, field));
            }
        }
        return line.append(CellFormat.fields(record, SHOWN_APART)).toString();
    }
}
