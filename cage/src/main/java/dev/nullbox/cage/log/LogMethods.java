package dev.nullbox.cage.log;

import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.protocol.api.LogContract;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/** Methods of {@link LogContract}. */
public final class LogMethods {
    /** Most calls that wait for lines; each holds one of cage's workers. */
    public static final int MAX_WAITING = 32;

    private final AgentLogs logs;
    private final Function<AgentName, Optional<Long>> previousRun;
    private final Semaphore waiting = new Semaphore(MAX_WAITING);

    /** @param previousRun the number of an agent's own run before the latest; absent when cage has begun none */
    public LogMethods(AgentLogs logs, Function<AgentName, Optional<Long>> previousRun) {
        this.logs = logs;
        this.previousRun = previousRun;
    }

    /** All methods. */
    public List<RpcMethod> methods() {
        return List.of(RpcMethod.of(LogContract.LOGS, (_, request) -> read(request)));
    }

    private Message read(Message request) throws RpcException {
        String text = request.get(Fields.AGENT);
        AgentName agent = AgentName.find(text).orElseThrow(() -> unknown(text));
        AgentLog ring = logs.find(agent).orElseThrow(() -> unknown(text));
        LogQuery query =
                LogQuery.of(request.get(LogContract.SINCE), run(agent, ring, request), request.get(LogContract.GREP));
        try {
            logs.awaitWritten(agent);
            return answer(page(ring, place(ring, query, request), query, request.get(LogContract.WAIT)));
        } catch (IOException e) {
            throw new RpcException(AgentReason.STORE_FAILED, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RpcException(AgentReason.CAGE_STOPS, "cage is stopping");
        }
    }

    private static RpcException unknown(String agent) {
        return new RpcException(
                AgentReason.AGENT_UNKNOWN,
                "there is no agent " + TerminalText.escaped(agent) + ", nor output of one",
                Fields.AGENT.name());
    }

    private Optional<Long> run(AgentName agent, AgentLog ring, Message request) throws RpcException {
        Optional<Long> asked = request.find(Fields.RUN);
        if (!request.get(LogContract.PREVIOUS)) {
            return asked;
        }
        if (asked.isPresent()) {
            throw new RpcException(
                    CallReason.OUT_OF_RANGE,
                    "a run and previous cannot both be; leave one out",
                    LogContract.PREVIOUS.name());
        }
        return previousRun.apply(agent).or(() -> Optional.of(ring.lastRun() - 1));
    }

    private AgentLog.Page page(AgentLog ring, LogCursor place, LogQuery query, long waitMillis)
            throws RpcException, IOException, InterruptedException {
        if (waitMillis == 0) {
            return ring.read(place, query, Duration.ZERO);
        }
        if (!waiting.tryAcquire()) {
            throw new RpcException(
                    AgentReason.LOGS_LIMIT, "the limit of followers of agents' output is reached, " + MAX_WAITING);
        }
        try {
            return ring.read(place, query, Duration.ofMillis(waitMillis));
        } finally {
            waiting.release();
        }
    }

    private static LogCursor place(AgentLog ring, LogQuery query, Message request) throws RpcException, IOException {
        Optional<String> after = request.find(LogContract.CURSOR);
        if (after.isPresent()) {
            return LogCursor.parse(after.get())
                    .orElseThrow(() -> new RpcException(
                            CallReason.OUT_OF_RANGE,
                            "this is no cursor of a page; leave it out to begin with the oldest line",
                            LogContract.CURSOR.name()));
        }
        Optional<Long> last = request.find(LogContract.LAST);
        return last.isPresent() ? ring.last(query, Math.toIntExact(last.get())) : LogCursor.START;
    }

    private static Message answer(AgentLog.Page page) {
        return Message.of(
                LogContract.LINES.is(page.lines().stream().map(LogMethods::line).toList()),
                LogContract.NEXT.is(page.next().toString()),
                LogContract.AT_END.is(page.isEnd()),
                LogContract.LOST.is(page.isLost()));
    }

    private static Message line(LogLine line) {
        return Message.of(
                LogContract.AT.is(line.millis()),
                Fields.RUN.is(line.run()),
                LogContract.STREAM.is(line.stream().key()),
                LogContract.DATA.is(line.bytes()),
                LogContract.IS_PIECE.is(!line.isWhole()));
    }
}
