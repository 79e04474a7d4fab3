package dev.nullbox.cage.agent;

import dev.nullbox.cage.agent.Transition.Action;
import dev.nullbox.cage.guest.GuestServer;
import dev.nullbox.cage.guest.RunStreams;
import dev.nullbox.cage.log.AgentLog;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.manifest.ManifestChange;
import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.RateLimitedLog;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Thread of one agent, or of a run beside its own: takes events one by one and performs the actions of {@link
 * AgentLifecycle}.
 */
public final class AgentRunner implements Runnable {
    private static final long NO_RUN = 0;
    /** Time from the agent's end until its disks are synced. */
    private static final Duration GUEST_SYNC = Duration.ofSeconds(20);
    /** Time for the last lines of a run, before its end is reported. */
    private static final Duration LAST_LINES = Duration.ofSeconds(10);

    /** @param run the run of the event, or {@link #NO_RUN} */
    private record Queued(AgentEvent event, long run, CompletableFuture<Boolean> taken) {}

    /**
     * View of an agent at one moment.
     *
     * @param exit how the last run that ended did, the one of {@code exitRun}
     */
    public record Snapshot(AgentState state, long run, int pid, long restarts, Optional<RunEnd> exit, long exitRun) {
        /** Whether the run of the number is over. */
        public boolean isOver(long number) {
            return run != number || !(state instanceof AgentState.Live);
        }
    }

    private final AgentRun.RunDependencies dependencies;
    /** Version for the next start. */
    private volatile CatalogEntry.Accepted agent;

    private final AgentSlot slot;
    private final Optional<Task> task;
    private final LiveRuns live;
    private final EventSink events;
    private final LongSupplier clockMillis;
    /** Of the manifest of the current run. */
    private AgentLifecycle lifecycle;

    private final BlockingQueue<Queued> inbox = new LinkedBlockingQueue<>();

    private AgentState state = new AgentState.Stopped("");
    private long runs;
    private volatile long previousRun;
    private boolean isExpired;
    private long expiresAt = AgentState.NEVER;
    private boolean isDone;
    private long restarts;
    private Optional<RunEnd> lastExit = Optional.empty();
    private long exitRun;
    /** Of the current run, or the last. */
    private volatile RunStreams streams;

    private volatile @Nullable AgentRun current;
    private volatile Snapshot snapshot;

    /**
     * A run beside the agent's own.
     *
     * @param number of {@link LiveRuns#begin}
     * @param over called on the runner's thread once nothing of the run is left
     */
    record Task(long number, TaskRequest request, Runnable over) {}

    /**
     * The agent's own runs.
     *
     * @param lastKept the greatest number of its runs that are known to be over
     */
    AgentRunner(
            AgentRun.RunDependencies dependencies,
            CatalogEntry.Accepted agent,
            AgentSlot slot,
            EventSink events,
            long lastKept) {
        this(
                dependencies,
                agent,
                slot,
                events,
                new LiveRuns(Math.max(lastKept, lastRun(dependencies, agent))),
                Optional.empty());
        this.runs = lastRun(dependencies, agent);
    }

    /** @param live the numbers of all runs of the agent */
    AgentRunner(
            AgentRun.RunDependencies dependencies,
            CatalogEntry.Accepted agent,
            AgentSlot slot,
            EventSink events,
            LiveRuns live,
            Optional<Task> task) {
        this.dependencies = dependencies;
        this.agent = agent;
        this.slot = slot;
        this.events = events;
        this.live = live;
        this.task = task;
        this.streams = task.map(one -> one.request().streams()).orElseGet(AgentRunner::outputAlone);
        this.clockMillis = dependencies.clockMillis();
        boundLog(agent);
        this.lifecycle = lifecycle(dependencies.settings(), agent);
        // A run beside the agent's own begins by itself: it is waited for before its thread has begun.
        this.snapshot = new Snapshot(
                task.isPresent() ? new AgentState.Starting(0, AgentState.NEVER) : state,
                task.map(Task::number).orElse(0L),
                0,
                0,
                lastExit,
                0);
    }

    private static RunStreams outputAlone() {
        return new RunStreams(Optional.empty());
    }

    /** Output of a run of an earlier cage process is not attributed to a later run. */
    private static long lastRun(AgentRun.RunDependencies dependencies, CatalogEntry.Accepted agent) {
        return dependencies.logs().find(agent.agent()).map(AgentLog::lastRun).orElse(0L);
    }

    private AgentLifecycle lifecycle(CageSettings settings, CatalogEntry.Accepted agent) {
        return new AgentLifecycle(
                agent.manifest().agent().restart(),
                task.isPresent(),
                settings.jailDeadline(),
                GuestServer.LONGEST_REPAIR,
                Duration.ofSeconds(agent.manifest().agent().stopSecs())
                        .plus(GUEST_SYNC)
                        .plus(AgentRun.GUEST_END));
    }

    private void boundLog(CatalogEntry.Accepted version) {
        var stated = version.manifest().agent();
        dependencies.logs().bound(version.agent(), AgentLog.Bounds.of(stated.logMb(), stated.logDays()));
    }

    /** The version for the next start. */
    public CatalogEntry.Accepted agent() {
        return agent;
    }

    /** Replaces the version for the next start. */
    public void replace(CatalogEntry.Accepted version) {
        agent = version;
        boundLog(version);
    }

    /**
     * Changes in the current run what it can take over of a manifest.
     *
     * @return how the manifest differs from the one in force before; absent when no run is under way
     * @throws IOException as {@link AgentRun#adopt}
     * @throws RpcException likewise
     */
    Optional<List<ManifestChange>> adopt(Manifest next) throws IOException, RpcException {
        AgentRun run = current;
        return run == null || !(snapshot.state() instanceof AgentState.Running)
                ? Optional.empty()
                : Optional.of(run.adopt(next));
    }

    /** The version of the current run; absent when there is none. */
    public Optional<CatalogEntry.Accepted> running() {
        return Optional.ofNullable(current).map(AgentRun::agent);
    }

    /** Milliseconds since the begin of the current run; absent when there is none. */
    public Optional<Long> upMillis() {
        return Optional.ofNullable(current).map(AgentRun::upMillis);
    }

    /** The command of its next run, or of a run beside the agent's own; empty for one of the guest's init alone. */
    public List<String> command() {
        if (task.filter(one -> one.request().isOfFilesAlone()).isPresent()) {
            return List.of();
        }
        return task.map(one -> one.request().command(agent))
                .orElse(agent.manifest().agent().command())
                .words();
    }

    /** The streams of the current run's program, or of the last one's. */
    public RunStreams streams() {
        return streams;
    }

    /** The numbers of all runs of the agent. */
    LiveRuns live() {
        return live;
    }

    /** The number of the agent's own run before the latest, or 0. */
    public long previousRun() {
        return previousRun;
    }

    /** Its interface, addresses and user. */
    public AgentSlot slot() {
        return slot;
    }

    public Snapshot snapshot() {
        return snapshot;
    }

    /** Requests a start; the answer is false when it runs already. */
    public CompletableFuture<Boolean> start(String reason) {
        return send(new AgentEvent.StartRequested(reason), NO_RUN);
    }

    /** Requests a stop; the answer is false when it does not run. */
    public CompletableFuture<Boolean> stop() {
        return send(new AgentEvent.StopRequested(), NO_RUN);
    }

    /** The guest in which its program runs; absent while it does not. */
    public Optional<GuestServer> guest() {
        AgentRun run = current;
        return run == null || !(snapshot.state() instanceof AgentState.Running) ? Optional.empty() : run.guest();
    }

    private CompletableFuture<Boolean> send(AgentEvent event, long run) {
        Queued queued = new Queued(event, run, new CompletableFuture<>());
        synchronized (inbox) {
            if (isDone) {
                queued.taken().complete(false);
            } else {
                inbox.add(queued);
            }
        }
        return queued.taken();
    }

    private boolean isStopRequested() {
        return inbox.stream().anyMatch(queued -> queued.event() instanceof AgentEvent.StopRequested);
    }

    @Override
    public void run() {
        while (task.isEmpty() || runs == 0 || state instanceof AgentState.Live) {
            try {
                long left = Math.max(0, Math.min(state.deadline(), expiresAt) - clockMillis.getAsLong());
                Queued next = inbox.poll(left, TimeUnit.MILLISECONDS);
                if (next == null && expiresAt <= clockMillis.getAsLong()) {
                    expiresAt = AgentState.NEVER;
                    apply(new AgentEvent.Expired());
                } else if (next == null) {
                    apply(new AgentEvent.TimerFired());
                } else if (isRelevant(next)) {
                    next.taken().complete(apply(next.event()));
                }
            } catch (InterruptedException e) {
                return;
            }
        }
        done();
    }

    /** Ends the thread of a run beside the agent's own; what is asked of it now is refused. */
    private void done() {
        List<Queued> late = new ArrayList<>();
        synchronized (inbox) {
            isDone = true;
            inbox.drainTo(late);
        }
        // A stop that ended its launch was taken.
        late.forEach(queued -> queued.taken().complete(queued.event() instanceof AgentEvent.StopRequested));
        task.ifPresent(request -> request.over().run());
    }

    /**
     * A run that failed to launch was reaped on the way, and reports that when it is no longer the current one. A ban
     * holds for the agent, also when the run that earned it ended first.
     */
    private boolean isRelevant(Queued queued) {
        return queued.run() == NO_RUN
                || queued.event() instanceof AgentEvent.Ban
                || (current != null && queued.run() == current.number());
    }

    /** Performs the transition; false when it is refused. */
    private boolean apply(AgentEvent event) {
        Transition transition = lifecycle.next(state, event, clockMillis.getAsLong());
        isExpired |= event instanceof AgentEvent.Expired && transition.state() instanceof AgentState.Stopping;
        state = transition.state();
        if (event instanceof AgentEvent.Entered && state instanceof AgentState.Running) {
            expiresAt = task.flatMap(one -> one.request().timeout())
                    .map(limit -> clockMillis.getAsLong() + limit.toMillis())
                    .orElse(AgentState.NEVER);
        }
        transition.actions().forEach(this::perform);
        publish();
        return !transition.actions().contains(new Action.Refuse());
    }

    private void perform(Action action) {
        switch (action) {
            case Action.Launch(var reason) -> launch(reason);
            case Action.Terminate _ -> current(AgentRun::terminate);
            case Action.Kill _ -> current(AgentRun::kill);
            case Action.CleanUp _ -> {
                current(AgentRun::cleanUp);
                current = null;
                live.end(runs);
            }
            case Action.Refuse _ -> {}
            case Action.EmitStarted _ ->
                current(run -> emit(AgentContract.STARTED, Fields.RUN.is(runs), Fields.PID.is((long) run.pid())));
            case Action.EmitExited(var end) -> exited(end);
            case Action.EmitStopped _ -> {
                if (task.isEmpty()) {
                    emit(AgentContract.STOPPED, Fields.RUN.is(runs));
                }
            }
            case Action.EmitFailed(var why) -> {
                // The end of a run beside the agent's own is told by its exit alone.
                if (task.isEmpty() || exitRun != runs) {
                    emit(AgentContract.FAILED, Fields.WHY.is(why), Fields.RUN.is(runs));
                }
            }
        }
    }

    private void current(Consumer<AgentRun> action) {
        AgentRun run = current;
        if (run != null) {
            action.accept(run);
        }
    }

    private void launch(String reason) {
        previousRun = runs;
        runs = task.map(Task::number).orElseGet(live::begin);
        if (reason.equals(AgentLifecycle.RESTART)) {
            restarts++;
        }
        publish();
        CatalogEntry.Accepted version = agent;
        boundLog(version);
        lifecycle = lifecycle(dependencies.settings(), version);
        if (task.isEmpty()) {
            streams = outputAlone();
        }
        RunSpec spec = new RunSpec(version, slot, runs, streams, task.map(Task::request));
        AgentRun run = new AgentRun(dependencies, spec, live, new RunListener(runs), new CleanupStack(this::warn));
        current = run;
        emit(AgentContract.STARTING, Fields.REASON.is(reason), Fields.RUN.is(runs));
        try {
            run.launch(this::isStopRequested);
        } catch (IOException | RpcException e) {
            boolean isCanary = e instanceof RpcException refusal && refusal.is(VaultReason.CANARY);
            launchFailed(isCanary ? AgentRun.CANARY : String.valueOf(e.getMessage()), isCanary);
        } catch (RuntimeException e) {
            launchFailed("a bug in cage: " + RateLimitedLog.bug(e), false);
        }
    }

    private void launchFailed(String why, boolean isFinal) {
        current = null;
        live.end(runs);
        endStreams(Message.of(AgentContract.HOW.is(RunEnd.Way.NOT_STARTED.key()), Fields.WHY.is(why)));
        apply(new AgentEvent.LaunchFailed(why, isFinal));
    }

    private void exited(RunEnd reported) {
        RunEnd end = isExpired
                ? RunEnd.of(
                        RunEnd.Way.TIMED_OUT,
                        "it was given "
                                + task.flatMap(one -> one.request().timeout())
                                        .orElse(Duration.ZERO)
                                        .toSeconds()
                                + " s, and then " + reported.explain())
                : reported;
        emit(AgentContract.EXITED, end.describe().and(Fields.RUN.is(runs)));
        if (end.way() == RunEnd.Way.COMPROMISED) {
            emit(AgentContract.COMPROMISED, Fields.RUN.is(runs));
        }
        lastExit = Optional.of(end);
        exitRun = runs;
        endStreams(end.describe());
    }

    /** Ends the streams of an agent's own run; a run beside it ends its own once nothing of it is left. */
    private void endStreams(Message end) {
        if (task.isEmpty()) {
            streams.end(end);
        }
    }

    private void emit(Event event, Value<?>... fields) {
        emit(event, Message.of(fields));
    }

    private void emit(Event event, Message fields) {
        events.emit(event, fields.and(Fields.AGENT.is(agent.name())));
    }

    private synchronized void publish() {
        AgentRun run = current;
        snapshot = new Snapshot(state, runs, run == null ? 0 : run.pid(), restarts, lastExit, exitRun);
        notifyAll();
    }

    /** Waits until no process of the agent runs; false at the timeout. */
    public synchronized boolean awaitIdle(Duration limit) throws InterruptedException {
        return await(now -> !(now.state() instanceof AgentState.Live), limit);
    }

    /** Waits until its program, or its guest's init alone, runs; false at the timeout, or when it has ended. */
    public synchronized boolean awaitRunning(Duration limit) throws InterruptedException {
        return await(now -> !(now.state() instanceof AgentState.Starting), limit)
                && snapshot.state() instanceof AgentState.Running;
    }

    /** Waits until the run of the number is over; the view then, or when the time is up first. */
    public synchronized Snapshot awaitEnd(long run, Duration limit) throws InterruptedException {
        var _ = await(now -> now.isOver(run), limit);
        return snapshot;
    }

    /** Waits for a view; false when the time is up first. */
    private synchronized boolean await(Predicate<Snapshot> wanted, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!wanted.test(snapshot)) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    private void warn(String what) {
        System.err.println(agent.name() + ": " + what);
    }

    private final class RunListener implements AgentRun.Listener {
        private final long run;
        private final LineQueue console;
        /** Messages of the VMM itself, to which libkrun gives the guest a port. */
        private final LineQueue messages;

        RunListener(long run) {
            this.run = run;
            this.console = new LineQueue(
                    "console-" + agent.name(),
                    clockMillis,
                    line -> emit(AgentContract.CONSOLE, Fields.RUN.is(run), AgentContract.LINE.is(line)));
            this.messages = new LineQueue("messages-" + agent.name(), clockMillis, AgentRunner.this::warn);
        }

        @Override
        public void console(String line) {
            console.offer(line);
        }

        @Override
        public boolean takesConsole() {
            return console.hasRoom();
        }

        @Override
        public void skipped(long lines) {
            console.skip(lines);
        }

        @Override
        public void message(String line) {
            messages.offer(line);
        }

        @Override
        public void sandboxed(Map<String, String> limits) {
            Message fields = Message.of(Fields.RUN.is(run));
            for (Field<String> limit :
                    List.of(AgentContract.CPU_MAX, AgentContract.MEMORY_MAX, AgentContract.PIDS_MAX)) {
                fields = fields.and(
                        limit, Optional.ofNullable(limits.get(limit.name().replace('_', '.'))));
            }
            emit(AgentContract.WALLS, fields);
        }

        @Override
        public void repairing() {
            warn("its guest repairs a disk, for " + GuestServer.LONGEST_REPAIR.toMinutes() + " min at most");
            var _ = send(new AgentEvent.Repairing(), run);
        }

        @Override
        public void started() {
            var _ = send(new AgentEvent.Entered(), run);
        }

        @Override
        public void unhealthy(String why) {
            emit(AgentContract.UNHEALTHY, Fields.RUN.is(run), Fields.WHY.is(why));
            var _ = send(new AgentEvent.Unhealthy(why), run);
        }

        @Override
        public void banned(String why) {
            var _ = send(new AgentEvent.Ban(why), run);
        }

        @Override
        public void wiped(String name, String why) {
            emit(AgentContract.SECRET_WIPED, Fields.RUN.is(run), Fields.NAME.is(name), Fields.WHY.is(why));
        }

        @Override
        public void ended(RunEnd end) {
            if (!console.flush(LAST_LINES) || !messages.flush(LAST_LINES)) {
                warn("its last lines are late: the appliance's log is slow");
            }
            var _ = send(new AgentEvent.Exited(end), run);
        }
    }
}
