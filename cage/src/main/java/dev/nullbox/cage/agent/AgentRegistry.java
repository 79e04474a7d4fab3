package dev.nullbox.cage.agent;

import dev.nullbox.manifest.ManifestChange;
import dev.nullbox.manifest.Problem;
import dev.nullbox.manifest.StartMode;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Agents of one daemon and their runners. They are added and removed while it serves; a change of one affects no other.
 * For any thread.
 */
public final class AgentRegistry {
    /** Time for a guest to end after a copy. */
    private static final Duration FILES_END = Duration.ofSeconds(15);

    private final AgentRun.RunDependencies dependencies;
    private final SlotTable slots;
    private final EventSink events;
    private final TaskRuns tasks;
    /** In the order of the catalog; a name may occur twice, the second refused. */
    private final List<CatalogEntry> entries = new ArrayList<>();

    private final Map<String, Running> runners = new TreeMap<>();

    private record Running(AgentRunner runner, Thread thread) {}

    /** @param ended runs of this process and earlier ones */
    public AgentRegistry(AgentRun.RunDependencies dependencies, SlotTable slots, EventSink events, EndedRuns ended) {
        this.dependencies = dependencies;
        this.slots = slots;
        this.events = events;
        this.tasks = new TaskRuns(dependencies, slots, events, ended, System::currentTimeMillis);
    }

    /** Runs beside the agents' own. */
    public TaskRuns tasks() {
        return tasks;
    }

    /**
     * Begins a run beside an agent's own.
     *
     * @throws RpcException for an agent that {@link #runner(Message)} refuses, and as {@link TaskRuns#begin}
     */
    public synchronized TaskRuns.TaskRun beginTask(Message request, TaskRequest task) throws RpcException {
        return tasks.begin(runner(request), task);
    }

    /**
     * Begins a run of the guest's init alone, for the files of an agent that does not run.
     *
     * @throws RpcException as {@link #beginTask}
     */
    public synchronized TaskRuns.TaskRun beginFiles(Message request, String operator) throws RpcException {
        return tasks.begin(runner(request), TaskRequest.ofFilesAlone(operator));
    }

    /**
     * Waits, for a bounded time, until the guests for the files of the agent that a request names have ended: each does
     * after its copy, and has the agent's kept disks until then. What still has them then is told by whoever needs them.
     */
    public void awaitFiles(Message request) throws RpcException {
        try {
            for (TaskRuns.TaskRun run : tasks.files(request.get(Fields.AGENT))) {
                var _ = run.runner().awaitIdle(FILES_END);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RpcException(AgentReason.CAGE_STOPS, "cage is stopping");
        }
    }

    /** Adds all agents of a catalog, when there are none yet. */
    public synchronized void load(List<CatalogEntry> found) {
        // All at once: a slot that is taken from a removed agent must not be given to a later one of them.
        entries.addAll(found);
        Map<String, AgentSlot> assigned = assign();
        entries.replaceAll(entry -> placed(entry, assigned));
        entries.forEach(entry -> begin(entry, assigned));
    }

    /** Starts those that are to start with the appliance. */
    public synchronized void startAll() {
        for (Running running : runners.values()) {
            start(running.runner());
        }
    }

    private static void start(AgentRunner runner) {
        if (runner.agent().manifest().agent().start() == StartMode.AUTO) {
            var _ = runner.start("auto");
        }
    }

    private Map<String, AgentSlot> assign() {
        return slots.assign(entries.stream()
                .filter(entry -> entry instanceof CatalogEntry.Accepted)
                .map(CatalogEntry::name)
                .toList());
    }

    private void begin(CatalogEntry entry, Map<String, AgentSlot> assigned) {
        announce(entry);
        AgentSlot slot = assigned.get(entry.name());
        if (entry instanceof CatalogEntry.Accepted agent && slot != null) {
            AgentRunner runner = new AgentRunner(dependencies, agent, slot, events, tasks.lastNumber(agent.name()));
            Thread thread = new Thread(runner, "cage-" + agent.name());
            thread.start();
            runners.put(agent.name(), new Running(runner, thread));
        }
    }

    private static CatalogEntry placed(CatalogEntry entry, Map<String, AgentSlot> assigned) {
        return entry instanceof CatalogEntry.Accepted && !assigned.containsKey(entry.name())
                ? withoutSlot(entry)
                : entry;
    }

    private static CatalogEntry withoutSlot(CatalogEntry entry) {
        return new CatalogEntry.Refused(
                entry.name(),
                entry.from(),
                List.of(new Problem(
                        "agent.name", "there is room for " + AgentSlot.MAX + " agents", "remove another one")));
    }

    private void announce(CatalogEntry entry) {
        switch (entry) {
            case CatalogEntry.Accepted agent ->
                events.emit(
                        AgentContract.MANIFEST_LOADED,
                        Fields.AGENT.is(agent.name()),
                        AgentContract.FROM.is(agent.from().key()));
            case CatalogEntry.Refused refused -> {
                events.emit(
                        AgentContract.MANIFEST_REFUSED, Fields.AGENT.is(refused.name()), problems(refused.problems()));
                refused.problems()
                        .forEach(problem -> System.err.println(
                                "agent " + TerminalText.escaped(refused.name() + " refused: " + problem)));
            }
        }
    }

    /** The form in events and answers: the remedy is part of the text. */
    public static Value<List<Message>> problems(List<Problem> problems) {
        return AgentContract.PROBLEMS.is(problems.stream()
                .map(problem -> Message.of(
                        AgentContract.FIELD.is(problem.fieldPath()),
                        AgentContract.PROBLEM.is(problem.problem() + "; " + problem.remedy())))
                .toList());
    }

    /**
     * Adds a new agent, or a new version of one; a new one that is to start with the appliance is started.
     *
     * @return true when a former version runs still, until its next start
     */
    public synchronized boolean put(CatalogEntry.Accepted agent) {
        Running running = runners.get(agent.name());
        entries.removeIf(entry -> entry.name().equals(agent.name()));
        entries.add(agent);
        if (running != null) {
            running.runner().replace(agent);
            announce(agent);
            return isLive(running.runner());
        }
        Map<String, AgentSlot> assigned = assign();
        CatalogEntry placed = placed(agent, assigned);
        entries.set(entries.size() - 1, placed);
        begin(placed, assigned);
        runner(agent.name()).ifPresent(AgentRegistry::start);
        return false;
    }

    private static boolean isLive(AgentRunner runner) {
        return runner.snapshot().state() instanceof AgentState.Live;
    }

    /**
     * Removes an agent that does not run; it cannot be started any more.
     *
     * @throws RpcException AGENT_RUNS when it does
     */
    public synchronized void remove(String name) throws RpcException {
        Running running = runners.get(name);
        Optional<TaskRuns.TaskRun> task = tasks.liveOf(name);
        if (task.isPresent()) {
            throw refused(
                    AgentReason.AGENT_RUNS, "run " + task.get().number() + " of " + name + " lives; stop it first");
        }
        if (running != null) {
            // A restart may be pending: it is stopped for good.
            var _ = running.runner().stop();
            if (isLive(running.runner())) {
                throw refused(AgentReason.AGENT_RUNS, name + " runs; stop it first");
            }
            running.thread().interrupt();
            runners.remove(name);
            tasks.forget(name);
        }
        entries.removeIf(entry -> entry.name().equals(name));
    }

    /**
     * Changes in all runs of an agent what they can take over of its current version.
     *
     * @return how the version differs from what was in force in any of them; absent when none is under way
     * @throws IOException when a run did not take it over
     * @throws RpcException likewise
     */
    public Optional<List<ManifestChange>> adopt(CatalogEntry.Accepted next) throws IOException, RpcException {
        Optional<List<ManifestChange>> changes = Optional.empty();
        for (AgentRunner runner : runnersOf(next.name())) {
            Optional<List<ManifestChange>> found = runner.adopt(next.manifest());
            if (found.isPresent()) {
                List<ManifestChange> all = new ArrayList<>(changes.orElse(List.of()));
                all.addAll(found.get());
                changes = Optional.of(all.stream().distinct().toList());
            }
        }
        return changes;
    }

    /**
     * Checks that no run of an agent is between two states, in which it would take nothing over.
     *
     * @throws RpcException AGENT_BUSY when one is
     */
    public void rejectUnsettled(String name) throws RpcException {
        for (AgentRunner runner : runnersOf(name)) {
            AgentState state = runner.snapshot().state();
            if (state instanceof AgentState.Live && !(state instanceof AgentState.Running)) {
                throw refused(
                        AgentReason.AGENT_BUSY,
                        "run " + runner.snapshot().run() + " of " + name + " is " + state.label()
                                + "; apply it once that is over");
            }
        }
    }

    private List<AgentRunner> runnersOf(String name) {
        return allRunners().stream()
                .filter(runner -> runner.agent().name().equals(name))
                .toList();
    }

    /** Removes the output of a removed agent's runs. */
    public void forgetOutput(AgentName name) throws IOException {
        dependencies.logs().forget(name);
    }

    /** The agent of a name, accepted or refused. */
    public synchronized Optional<CatalogEntry> find(String name) {
        return entries.stream().filter(entry -> entry.name().equals(name)).findFirst();
    }

    /** All agents. */
    public synchronized List<CatalogEntry> entries() {
        return List.copyOf(entries);
    }

    /** The runner of an agent; absent for a refused one. */
    public synchronized Optional<AgentRunner> runner(String name) {
        return Optional.ofNullable(runners.get(name)).map(Running::runner);
    }

    /** All runners. */
    public synchronized List<AgentRunner> runners() {
        List<AgentRunner> all = new ArrayList<>();
        runners.values().forEach(running -> all.add(running.runner()));
        return all;
    }

    /** The runners of the agents, and of their live runs beside their own. */
    public List<AgentRunner> allRunners() {
        List<AgentRunner> all = new ArrayList<>(runners());
        tasks.live().forEach(task -> all.add(task.runner()));
        return all;
    }

    /** Tells whether any run of the agent lives. */
    public boolean isLive(String name) {
        return runner(name).filter(AgentRegistry::isLive).isPresent()
                || tasks.liveOf(name).isPresent();
    }

    /** Images that a run uses, or may be restarted with. */
    public Set<Path> images() {
        Set<Path> used = new HashSet<>();
        tasks.live().forEach(task -> used.add(task.runner().agent().image()));
        for (AgentRunner runner : runners()) {
            used.add(runner.agent().image());
            runner.running().ifPresent(agent -> used.add(agent.image()));
        }
        return used;
    }

    /**
     * The runner of an agent that a request names.
     *
     * @throws RpcException AGENT_UNKNOWN, or AGENT_REFUSED with its first problem
     */
    public AgentRunner runner(Message request) throws RpcException {
        String name = request.get(Fields.AGENT);
        Optional<AgentRunner> runner = runner(name);
        if (runner.isPresent()) {
            return runner.get();
        }
        if (find(name).orElse(null) instanceof CatalogEntry.Refused refused) {
            throw refused(
                    AgentReason.AGENT_REFUSED,
                    name + " is refused: " + refused.problems().getFirst());
        }
        throw refused(AgentReason.AGENT_UNKNOWN, "there is no agent " + TerminalText.escaped(name));
    }

    /**
     * The runner of an agent that a request names, or of one of its runs.
     *
     * @throws RpcException as {@link #runner(Message)}; RUN_UNKNOWN when it has no such run; AGENT_STOPPED when that is
     *     over
     */
    public AgentRunner runnerOfRun(Message request) throws RpcException {
        AgentRunner own = runner(request);
        Optional<Long> number = request.find(Fields.RUN);
        if (number.isEmpty() || own.snapshot().run() == number.get()) {
            return own;
        }
        String run = "run " + number.get() + " of " + own.agent().name();
        Optional<TaskRuns.TaskRun> task = tasks.find(own.agent().name(), number.get());
        if (task.isPresent()) {
            return task.get().runner();
        }
        throw tasks.findEnded(own.agent().name(), number.get()).isPresent()
                ? new RpcException(AgentReason.AGENT_STOPPED, run + " is over", Fields.RUN.name())
                : new RpcException(
                        AgentReason.RUN_UNKNOWN, "there is no " + run + ", or it was forgotten", Fields.RUN.name());
    }

    static RpcException refused(AgentReason reason, String message) {
        return new RpcException(reason, message, Fields.AGENT.name());
    }
}
