package dev.nullbox.cage;

import dev.nullbox.cage.agent.AgentRegistry;
import dev.nullbox.cage.agent.AgentRunner;
import dev.nullbox.cage.agent.CatalogEntry;
import dev.nullbox.cage.agent.EndedRun;
import dev.nullbox.cage.agent.RunEnd;
import dev.nullbox.cage.agent.TaskRuns;
import dev.nullbox.manifest.Authority;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Methods of {@link AgentContract} on the agents of one daemon. */
final class CageService {
    /** Calls that wait for the ends of runs at once. */
    static final int MAX_WAITING = 32;

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final AgentRegistry agents;
    private final Semaphore waiting = new Semaphore(MAX_WAITING);

    CageService(AgentRegistry agents) {
        this.agents = agents;
    }

    List<RpcMethod> methods() {
        return List.of(
                RpcMethod.of(AgentContract.LIST, (_, _) -> list()),
                RpcMethod.of(AgentContract.AGENT_START, (_, request) -> start(request)),
                RpcMethod.of(AgentContract.AGENT_STOP, (_, request) -> stop(agents.runnerOfRun(request))),
                RpcMethod.of(AgentContract.AGENT_WAIT, (_, request) -> await(request)),
                RpcMethod.of(AgentContract.AGENT_INSPECT, (_, request) -> inspect(agents.runnerOfRun(request))));
    }

    private Message await(Message request) throws RpcException {
        AgentRunner own = agents.runner(request);
        Optional<EndedRun> ended = request.find(Fields.RUN)
                .flatMap(number -> agents.tasks().findEnded(own.agent().name(), number));
        if (ended.isPresent()) {
            return Message.of(
                    Fields.RUN.is(ended.get().number()),
                    AgentContract.IS_OVER.is(true),
                    AgentContract.EXIT.is(ended.get().exit()));
        }
        AgentRunner runner = request.find(Fields.RUN)
                .flatMap(number -> agents.tasks().find(own.agent().name(), number))
                .map(TaskRuns.TaskRun::runner)
                .orElse(own);
        long run = request.find(Fields.RUN).orElseGet(() -> runner.snapshot().run());
        if (!waiting.tryAcquire()) {
            throw refused(AgentReason.WAIT_LIMIT, MAX_WAITING + " calls wait for the ends of runs already");
        }
        try {
            AgentRunner.Snapshot now = runner.awaitEnd(run, Duration.ofMillis(request.get(AgentContract.RUN_WAIT)));
            boolean isOver = now.isOver(run);
            return Message.of(Fields.RUN.is(run), AgentContract.IS_OVER.is(isOver))
                    .and(
                            AgentContract.EXIT,
                            now.exit()
                                    .filter(_ -> isOver && now.exitRun() == run)
                                    .map(RunEnd::describe))
                    .and(Fields.WHY, Optional.of(now.state().why()).filter(why -> isOver && !why.isEmpty()));
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            waiting.release();
        }
    }

    private static Message inspect(AgentRunner runner) {
        CatalogEntry.Accepted agent = runner.agent();
        Manifest manifest = agent.manifest();
        AgentSlot slot = runner.slot();
        List<Message> rights = new ArrayList<>();
        Authority.of(manifest)
                .values()
                .forEach((key, values) ->
                        rights.add(Message.of(AgentContract.RIGHT.is(key), AgentContract.COVERS.is(values))));
        return state(runner)
                .and(
                        AgentContract.FROM.is(agent.from().key()),
                        AgentContract.START.is(manifest.agent().start().key()),
                        AgentContract.RESTART.is(manifest.agent().restart().key()),
                        AgentContract.COMMAND.is(runner.command()),
                        AgentContract.MANIFEST_SHA256.is(agent.digest()),
                        AgentContract.ROOT_IMAGE.is(agent.image().toString()),
                        AgentContract.ADDRESS.is(slot.address()),
                        AgentContract.GATEWAY_ADDRESS.is(slot.gateway()),
                        AgentContract.INTERFACE.is(slot.interfaceName()),
                        AgentContract.VMM_USER.is((long) slot.uid()),
                        AgentContract.RIGHTS.is(rights));
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

    private Message start(Message request) throws RpcException {
        AgentRunner runner = agents.runner(request);
        agents.awaitFiles(request);
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
