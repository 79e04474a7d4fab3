package dev.nullbox.cage.agent;

import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.EventSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Runs beside agents' own: each has a slot, disks, leases and a thread of its own while it lives. Bounded for each agent
 * and in total; those that are over are {@link EndedRuns}. For any thread.
 */
public final class TaskRuns {
    /** Most runs of one agent at once, beside its own. */
    public static final int MAX_OF_AGENT = 8;
    /** Most runs of all agents at once, beside their own. */
    public static final int MAX = 32;
    /** In place of a program, for a run of the guest's init alone. */
    private static final String FILES = "(files)";

    private final AgentRun.RunDependencies dependencies;
    private final SlotTable slots;
    private final EventSink events;
    private final EndedRuns ended;
    private final LongSupplier millis;
    /** Those that are not over, in the order in which they began. */
    private final List<TaskRun> live = new ArrayList<>();

    /** @param millis since 1970 UTC */
    TaskRuns(
            AgentRun.RunDependencies dependencies,
            SlotTable slots,
            EventSink events,
            EndedRuns ended,
            LongSupplier millis) {
        this.dependencies = dependencies;
        this.slots = slots;
        this.events = events;
        this.ended = ended;
        this.millis = millis;
    }

    /** A run beside an agent's own. */
    public final class TaskRun {
        private final AgentRunner runner;
        private final long number;
        private final String program;
        private final TaskRequest request;
        private final long begunMillis;

        private TaskRun(AgentRunner own, AgentSlot slot, String program, TaskRequest request) {
            this.number = own.live().begin();
            this.program = program;
            this.request = request;
            this.begunMillis = millis.getAsLong();
            this.runner = new AgentRunner(
                    dependencies,
                    own.agent(),
                    slot,
                    events,
                    own.live(),
                    Optional.of(new AgentRunner.Task(number, request, () -> over(this))));
        }

        public String agent() {
            return runner.agent().name();
        }

        public long number() {
            return number;
        }

        public AgentRunner runner() {
            return runner;
        }

        /** The first word of its command. */
        public String program() {
            return program;
        }

        /** The operator who began it. */
        public String operator() {
            return request.operator();
        }

        /** Time of its begin, in ms since 1970 UTC. */
        public long begunMillis() {
            return begunMillis;
        }

        /** Tells whether its program runs, or will. */
        public boolean isLive() {
            return runner.snapshot().state() instanceof AgentState.Live;
        }

        /** Its end as answers have it; one that was never launched is told by its cause. */
        public Message end() {
            AgentRunner.Snapshot now = runner.snapshot();
            return now.exit()
                    .map(RunEnd::describe)
                    .orElseGet(() -> Message.of(
                            AgentContract.HOW.is(RunEnd.Way.NOT_STARTED.key()),
                            Fields.WHY.is(now.state().why())));
        }

        private void start() {
            Thread.ofPlatform().name("cage-" + agent() + "." + number).start(runner);
            var _ = runner.start("task");
        }
    }

    /**
     * Begins a run.
     *
     * @param own the agent's own runs
     * @throws RpcException EXEC_REFUSED for a command that is none; RUN_LIMIT when there are too many
     */
    synchronized TaskRun begin(AgentRunner own, TaskRequest request) throws RpcException {
        String program;
        try {
            program = request.isOfFilesAlone()
                    ? FILES
                    : request.command(own.agent()).executable();
        } catch (InvalidValueException e) {
            throw new RpcException(
                    AgentReason.EXEC_REFUSED, e.problem() + "; " + e.remedy(), AgentContract.ARGS.name());
        }
        String agent = own.agent().name();
        long ofAgent = live().stream().filter(run -> run.agent().equals(agent)).count();
        if (ofAgent >= MAX_OF_AGENT || live().size() >= MAX) {
            throw limit(ofAgent + " runs of " + agent + " and " + live().size() + " in all live beside the agents' own;"
                    + " there may be " + MAX_OF_AGENT + " and " + MAX);
        }
        AgentSlot slot = slots.lend().orElseThrow(() -> limit("all " + AgentSlot.MAX + " slots are agents'"));
        TaskRun run = new TaskRun(own, slot, program, request);
        live.add(run);
        run.start();
        return run;
    }

    private static RpcException limit(String message) {
        return new RpcException(AgentReason.RUN_LIMIT, message, Fields.AGENT.name());
    }

    private void over(TaskRun run) {
        if (run.request.isKept()) {
            ended.add(new EndedRun(
                    run.agent(),
                    run.number(),
                    run.program(),
                    run.operator(),
                    run.begunMillis(),
                    millis.getAsLong(),
                    run.end()));
        }
        synchronized (this) {
            slots.giveBack(run.runner.slot());
            live.remove(run);
        }
        run.request.streams().end(run.end());
    }

    /** The runs that are over and kept, in the order in which they ended. */
    public List<EndedRun> ended() {
        return ended.all();
    }

    /** The run of an agent and a number that is over, as long as it is kept. */
    public Optional<EndedRun> findEnded(String agent, long number) {
        return ended.find(agent, number);
    }

    /** The greatest number of an agent's kept runs, or 0. */
    long lastNumber(String agent) {
        return ended.lastNumber(agent);
    }

    /** The runs that are not over, in the order in which they began. */
    public synchronized List<TaskRun> live() {
        return List.copyOf(live);
    }

    /** The run of an agent and a number that is not over. */
    public synchronized Optional<TaskRun> find(String agent, long number) {
        return live.stream()
                .filter(run -> run.number == number && run.agent().equals(agent))
                .findFirst();
    }

    /** The guests for an agent's files that are not over. */
    List<TaskRun> files(String agent) {
        return live().stream()
                .filter(run -> run.request.isOfFilesAlone() && run.agent().equals(agent))
                .toList();
    }

    /** The live run of an agent, if it has one. */
    Optional<TaskRun> liveOf(String agent) {
        return live().stream().filter(run -> run.agent().equals(agent)).findFirst();
    }

    /** Forgets the runs of a removed agent. */
    void forget(String agent) {
        ended.forget(agent);
    }
}
