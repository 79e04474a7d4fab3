package dev.nullbox.nullctl.command;

import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.terminal.LocalFileException;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.LogContract;
import dev.nullbox.rpc.RpcException;
import java.util.Optional;

/** Reader of an agent's output, page by page. */
final class AgentLogReader {
    private static final long FOLLOW_MILLIS = 10_000;

    private final Session session;
    private final AgentLogPrinter printer;

    AgentLogReader(Session session, AgentLogPrinter printer) {
        this.session = session;
        this.printer = printer;
    }

    /** Prints the lines that a request selects, to their end, or for ever. */
    void read(Message query, boolean isFollowed) throws RpcException, CannotConnectException, LocalFileException {
        String agent = query.get(Fields.AGENT);
        try (ApplianceClient appliance = session.connect()) {
            Message page = appliance.call(LogContract.LOGS, query);
            printer.print(agent, page);
            while (isFollowed || !page.get(LogContract.AT_END)) {
                long wait = page.get(LogContract.AT_END) ? FOLLOW_MILLIS : 0;
                page = appliance.call(
                        LogContract.LOGS,
                        query.and(LogContract.CURSOR, Optional.of(page.get(LogContract.NEXT)))
                                .and(LogContract.WAIT.is(wait)));
                printer.print(agent, page);
            }
        }
    }
}
