package dev.nullbox.cage;

import dev.nullbox.cage.agent.AgentRegistry;
import dev.nullbox.cage.agent.AgentRunner;
import dev.nullbox.cage.agent.CatalogEntry;
import dev.nullbox.cage.agent.RunEnd;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Methods of {@link AgentContract} on the agents of one daemon. */
final class CageService {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final AgentRegistry agents;

    CageService(AgentRegistry agents) {
        this.agents = agents;
    }

    List<RpcMethod> methods() {
        return List.of(
                RpcMethod.of(AgentContract.LIST, (_, _) -> list()),
                RpcMethod.of(AgentContract.AGENT_START, (_, request) -> start(agents.runner(request))),
                RpcMethod.of(AgentContract.AGENT_STOP, (_, request) -> stop(agents.runner(request))));
    }

    private List<Message> list() {
        return agents.entries().stream().map(this::describe).toList();
    }

    private Message describe(CatalogEntry entry) {
        Message found = Message.of(
                Fields.AGENT.is(entry.name()),
                AgentContract.FROM.is(entry.from().key()));
        return switch (entry) {
            case CatalogEntry.Refused refused ->
                found.and(
                        Fields.STATE.is("refused"),
                        AgentContract.RESTARTS.is(0L),
                        AgentRegistry.problems(refused.problems()));
            case CatalogEntry.Accepted accepted -> {
                Message started = found.and(AgentContract.START.is(
                        accepted.manifest().agent().start().key()));
                yield agents.runner(accepted.name())
                        .map(runner -> withState(started, runner))
                        .orElse(started);
            }
        };
    }

    private static Message withState(Message message, AgentRunner runner) {
        AgentRunner.Snapshot now = runner.snapshot();
        return message.and(Fields.STATE.is(now.state().label()), AgentContract.RESTARTS.is(now.restarts()))
                .and(Fields.RUN, Optional.of(now.run()).filter(run -> run > 0))
                .and(Fields.PID, Optional.of((long) now.pid()).filter(pid -> pid > 0))
                .and(AgentContract.EXIT, now.exit().map(RunEnd::describe))
                .and(Fields.WHY, Optional.of(now.state().why()).filter(why -> !why.isEmpty()));
    }

    private static Message state(AgentRunner runner) {
        return withState(Message.of(Fields.AGENT.is(runner.agent().name())), runner);
    }

    private static Message start(AgentRunner runner) throws RpcException {
        if (!await(runner.start("operator"))) {
            throw refused(AgentReason.AGENT_RUNS, runner.agent().name() + " runs already; stop it first");
        }
        return state(runner);
    }

    private static Message stop(AgentRunner runner) throws RpcException {
        if (!await(runner.stop())) {
            throw refused(AgentReason.AGENT_STOPPED, runner.agent().name() + " does not run");
        }
        try {
            if (!runner.awaitIdle(LONGEST_WAIT)) {
                throw refused(AgentReason.AGENT_STOP, runner.agent().name() + " does not end");
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
        return state(runner);
    }

    private static boolean await(CompletableFuture<Boolean> taken) throws RpcException {
        try {
            return taken.get(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new RpcException(AgentReason.AGENT_BUSY, "the agent is still starting or stopping");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private static RpcException interrupted() {
        Thread.currentThread().interrupt();
        return new RpcException(AgentReason.CAGE_STOPS, "cage is stopping");
    }

    private static RpcException refused(AgentReason reason, String message) {
        return new RpcException(reason, message, Fields.AGENT.name());
    }
}
