package dev.nullbox.cage.exec;

import dev.nullbox.cage.agent.AgentRegistry;
import dev.nullbox.cage.agent.AgentRunner;
import dev.nullbox.cage.agent.AgentState;
import dev.nullbox.cage.agent.TaskRuns;
import dev.nullbox.cage.guest.GuestServer;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.manifest.RootMode;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.rpc.RpcException;
import java.util.List;
import java.util.Optional;

/**
 * Files of stopped agents: a guest is started for them whose init runs alone, with the agent's disks, and without its
 * program, network, memory or secrets. It ends with the copy.
 */
public final class StoppedAgents implements FileGuests {
    private final ExecMethods.Agents running;
    private final AgentRegistry agents;

    /** @param running lookup of agents and runs that are under way */
    public StoppedAgents(ExecMethods.Agents running, AgentRegistry agents) {
        this.running = running;
        this.agents = agents;
    }

    @Override
    public Opened open(Message request, Optional<String> target, String operator) throws RpcException {
        Optional<Long> run = request.find(Fields.RUN);
        AgentRunner own = agents.runner(request);
        if (run.isPresent() || !isStopped(own.snapshot().state())) {
            return Opened.of(running.find(request), run);
        }
        if (target.isPresent()) {
            rejectLoss(own.agent().manifest(), target.get());
        }
        agents.awaitFiles(request);
        TaskRuns.TaskRun begun = agents.beginFiles(request, operator);
        Runnable close = () -> {
            // It ends by itself, and is waited for by whoever needs its disks.
            var _ = begun.runner().stop();
        };
        boolean isUp = false;
        try {
            GuestServer guest = await(begun);
            isUp = true;
            return new Opened(new RunningAgent(begun.agent(), guest), Optional.of(begun.number()), close);
        } finally {
            if (!isUp) {
                close.run();
            }
        }
    }

    private static boolean isStopped(AgentState state) {
        return state instanceof AgentState.Stopped || state instanceof AgentState.Failed;
    }

    private static GuestServer await(TaskRuns.TaskRun run) throws RpcException {
        try {
            boolean isUp = run.runner().awaitRunning(RunningAgent.START);
            return run.runner()
                    .guest()
                    .filter(_ -> isUp)
                    .orElseThrow(() -> new RpcException(
                            AgentReason.EXEC_FAILED,
                            run.isLive()
                                    ? "a guest for the files of " + run.agent() + " is not up after "
                                            + RunningAgent.START.toSeconds() + " s; it may repair a disk: try again"
                                    : "no guest for the files of " + run.agent() + ": "
                                            + run.end().find(Fields.WHY).orElse("it ended early"),
                            Fields.AGENT.name()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RpcException(AgentReason.CAGE_STOPS, "cage is stopping");
        }
    }

    /** Refuses a copy to a place whose content ends with the run, which here is the copy's. */
    private static void rejectLoss(Manifest manifest, String target) throws RpcException {
        Manifest.Filesystem files = manifest.capabilities().filesystem();
        List<String> kept =
                files.write().stream().map(mount -> mount.path().value()).toList();
        boolean isKept = files.root() == RootMode.PERSISTENT
                || kept.stream().anyMatch(path -> target.equals(path) || target.startsWith(path + "/"));
        if (!isKept) {
            throw new RpcException(
                    AgentReason.EXEC_REFUSED,
                    manifest.agent().name() + " does not run, and what is written to " + target
                            + " would end with the copy; "
                            + (kept.isEmpty() ? "" : "copy it below " + String.join(" or ", kept) + ", or ")
                            + "start the agent first",
                    AgentContract.COPY_PATH.name());
        }
    }
}
