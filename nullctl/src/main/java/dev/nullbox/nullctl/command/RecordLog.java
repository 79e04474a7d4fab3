package dev.nullbox.nullctl.command;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.terminal.CellFormat;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.TerminalText;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** PID 1's log: records of the appliance's services, page by page, those that are wanted. */
final class RecordLog {
    /** Records of a call: at 4 KiB each they fit one message. */
    private static final int PAGE = 250;

    private static final int FOLLOW_MILLIS = 10_000;

    private static final Set<String> SHOWN_APART = CellFormat.names(
            Fields.SEQ, NulldContract.T, NulldContract.SOURCE, NulldContract.EVENT, NulldContract.TEXT_LINE);

    private final Session session;
    private final Optional<String> source;
    private final Predicate<JsonObject> wanted;
    private final boolean json;

    /**
     * @param source of the records; absent for all
     * @param json whether each is printed as an object on a line
     */
    RecordLog(Session session, Optional<String> source, Predicate<JsonObject> wanted, boolean json) {
        this.session = session;
        this.source = source;
        this.wanted = wanted;
        this.json = json;
    }

    /** Prints the last records of those that there are, and goes on where that is asked for. */
    void print(int lines, boolean isFollowed) throws RpcException, CannotConnectException {
        try (ApplianceClient appliance = session.connect()) {
            PrintWriter out = session.io().out();
            long next = printLatest(appliance, lines, out);
            while (isFollowed && !out.checkError()) {
                Page page = read(appliance, next, FOLLOW_MILLIS);
                page.records().stream().filter(wanted).forEach(record -> out.println(show(record)));
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
            page.records().stream().filter(wanted).forEach(latest::addLast);
            while (latest.size() > lines) {
                latest.removeFirst();
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
