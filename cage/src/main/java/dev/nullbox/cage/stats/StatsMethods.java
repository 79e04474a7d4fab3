package dev.nullbox.cage.stats;

import dev.nullbox.cage.agent.AgentRegistry;
import dev.nullbox.cage.agent.AgentRunner;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.protocol.api.StatsContract;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Methods of {@link StatsContract}. */
public final class StatsMethods {
    private final AgentRegistry agents;
    private final UsageReader reader;

    public StatsMethods(AgentRegistry agents, UsageReader reader) {
        this.agents = agents;
        this.reader = reader;
    }

    /** All of them. */
    public List<RpcMethod> methods() {
        return List.of(
                RpcMethod.of(StatsContract.STATS, (_, request) -> stats(request)),
                RpcMethod.of(StatsContract.METRICS, (_, _) -> metrics()));
    }

    private List<Message> stats(Message request) throws RpcException {
        try {
            if (request.find(Fields.AGENT).isPresent()) {
                AgentRunner runner = agents.runner(request);
                return List.of(message(reader.of(runner)));
            }
            return reader.all().stream().map(StatsMethods::message).toList();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private Message metrics() throws RpcException {
        try {
            return Message.of(StatsContract.METRICS_TEXT.is(OpenMetrics.text(reader.all())));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static RpcException failed(IOException cause) {
        return new RpcException(AgentReason.STORE_FAILED, String.valueOf(cause.getMessage()));
    }

    static Message message(AgentUsage usage) {
        Message always = Message.of(
                Fields.AGENT.is(usage.agent()),
                Fields.STATE.is(usage.state()),
                AgentContract.RESTARTS.is(usage.restarts()),
                StatsContract.DISK.is(usage.diskBytes()));
        return usage.run()
                .map(run -> always.and(
                                Fields.RUN.is(run.number()),
                                StatsContract.STARTED_AT.is(run.startedMillis()),
                                StatsContract.UP.is(
                                        Duration.ofMillis(run.upMillis()).toSeconds()),
                                StatsContract.CPU.is(run.group().cpuMicros()),
                                StatsContract.MEMORY.is(run.group().memoryBytes()),
                                StatsContract.TASKS.is(run.group().tasks()),
                                StatsContract.RECEIVED.is(run.received()),
                                StatsContract.SENT.is(run.sent()))
                        .and(StatsContract.MEMORY_LIMIT, run.group().memoryLimit()))
                .orElse(always);
    }
}
