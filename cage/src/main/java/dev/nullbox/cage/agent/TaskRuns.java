package dev.nullbox.cage.agent;

import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.EventSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Runs beside agents' own: each has a slot, disks, leases and a thread of its own while it lives. Bounded for each agent
 * and in total; those that are over are kept for a while. For any thread.
 */
public final class TaskRuns {
    /** Most runs of one agent at once, beside its own. */
    public static final int MAX_OF_AGENT = 8;
    /** Most runs of all agents at once, beside their own. */
    public static final int MAX = 32;
    /** Most runs that are over and kept, of one agent. */
    static final int MAX_ENDED = 32;

    /** In place of a program, for a run of the guest's init alone. */
    private static final String FILES = "(files)";

    /** Time for which a run that is over is kept. */
    static final Duration KEPT = Duration.ofDays(1);

    private final AgentRun.RunDependencies dependencies;
    private final SlotTable slots;
    private final EventSink events;
    private final LongSupplier millis;
    /** In the order in which they began. */
    private final List<TaskRun> all = new ArrayList<>();

    /** @param millis since 1970 UTC */
    TaskRuns(AgentRun.RunDependencies dependencies, SlotTable slots, EventSink events, LongSupplier millis) {
        this.dependencies = dependencies;
        this.slots = slots;
        this.events = events;
        this.millis = millis;
    }

    /** A run beside an agent's own. */
    public final class TaskRun {
        private final AgentRunner runner;
        private final long number;
        private final String program;
        private final TaskRequest request;
        private final long begunMillis;
        private volatile Optional<Long> endedMillis = Optional.empty();

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

        /** Time of its end, likewise; absent while it lives. */
        public Optional<Long> endedMillis() {
            return endedMillis;
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
        all.add(run);
        run.start();
        return run;
    }

    private static RpcException limit(String message) {
        return new RpcException(AgentReason.RUN_LIMIT, message, Fields.AGENT.name());
    }

    private void over(TaskRun run) {
        synchronized (this) {
            slots.giveBack(run.runner.slot());
            run.endedMillis = Optional.of(millis.getAsLong());
            if (!run.request.isKept()) {
                all.remove(run);
            }
            forgetOld();
            notifyAll();
        }
        run.request.streams().end(run.end());
    }

    private void forgetOld() {
        long oldest = millis.getAsLong() - KEPT.toMillis();
        all.removeIf(run -> run.endedMillis.filter(at -> at < oldest).isPresent());
        for (String agent : all.stream().map(TaskRun::agent).distinct().toList()) {
            long over = all.stream().filter(run -> isOver(run, agent)).count() - MAX_ENDED;
            for (Iterator<TaskRun> runs = all.iterator(); over > 0 && runs.hasNext(); ) {
                if (isOver(runs.next(), agent)) {
                    runs.remove();
                    over--;
                }
            }
        }
    }

    private static boolean isOver(TaskRun run, String agent) {
        return run.endedMillis.isPresent() && run.agent().equals(agent);
    }

    /** All runs, in the order in which they began. */
    public synchronized List<TaskRun> all() {
        forgetOld();
        return List.copyOf(all);
    }

    /** The runs that are not over. */
    public synchronized List<TaskRun> live() {
        return all.stream().filter(run -> run.endedMillis.isEmpty()).toList();
    }

    /** The run of an agent and a number, as long as it is kept. */
    public synchronized Optional<TaskRun> find(String agent, long number) {
        return all.stream()
                .filter(run -> run.number == number && run.agent().equals(agent))
                .findFirst();
    }

    /** The live run of an agent, if it has one. */
    Optional<TaskRun> liveOf(String agent) {
        return live().stream().filter(run -> run.agent().equals(agent)).findFirst();
    }

    /** Forgets the runs of a removed agent. */
    synchronized void forget(String agent) {
        all.removeIf(run -> isOver(run, agent));
    }
}
