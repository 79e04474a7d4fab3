package dev.nullbox.cage.agent;

import dev.nullbox.cage.agent.AgentLifecycle.Event;
import dev.nullbox.cage.agent.AgentLifecycle.Phase;
import dev.nullbox.cage.agent.AgentLifecycle.State;
import dev.nullbox.cage.jail.CageExit;
import dev.nullbox.cage.jail.Ending;
import dev.nullbox.cage.jail.Slot;
import dev.nullbox.cage.secrets.Complaints;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.TokenBucket;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One agent's thread: takes events one by one, asks {@link AgentLifecycle} what to do, and does it. */
public final class AgentRunner implements Runnable {
    private static final int CONSOLE_BURST = 500;
    private static final int CONSOLE_LINES_PER_SECOND = 100;

    private record Message(Event event, String reason, Optional<AgentRun> run, CompletableFuture<Boolean> taken) {}

    /** What is known of an agent at one moment. */
    public record Snapshot(Phase phase, long run, int pid, long restarts, Optional<Ending> exit, String why) {}

    private final AgentRun.Tools tools;
    private final CatalogEntry.Accepted agent;
    private final Slot slot;
    private final EventSink events;
    private final LongSupplier clockMillis;
    private final AgentLifecycle lifecycle;
    private final BlockingQueue<Message> inbox = new LinkedBlockingQueue<>();

    private State state = State.initial();
    private long runs;
    private long restarts;
    private Optional<Ending> lastExit = Optional.empty();
    private String why = "";
    private String cause = "";
    private @Nullable AgentRun current;
    private volatile boolean stopAsked;
    private volatile Snapshot snapshot = new Snapshot(Phase.STOPPED, 0, 0, 0, Optional.empty(), "");

    public AgentRunner(AgentRun.Tools tools, CatalogEntry.Accepted agent, Slot slot, EventSink events) {
        this.tools = tools;
        this.agent = agent;
        this.slot = slot;
        this.events = events;
        this.clockMillis = tools.clockMillis();
        CageSettings settings = tools.settings();
        this.lifecycle = new AgentLifecycle(
                agent.manifest().agent().restart(), settings.jailDeadline(), settings.stopDeadline());
    }

    public CatalogEntry.Accepted agent() {
        return agent;
    }

    public Snapshot snapshot() {
        return snapshot;
    }

    /** Asks it to start; the answer is false when it runs already. */
    public CompletableFuture<Boolean> start(String reason) {
        return send(new Event.Start(), reason, Optional.empty());
    }

    /** Asks it to stop; the answer is false when it does not run. */
    public CompletableFuture<Boolean> stop() {
        stopAsked = true;
        return send(new Event.Stop(), "", Optional.empty());
    }

    private CompletableFuture<Boolean> send(Event event, String reason, Optional<AgentRun> run) {
        Message message = new Message(event, reason, run, new CompletableFuture<>());
        inbox.add(message);
        return message.taken();
    }

    @Override
    public void run() {
        while (true) {
            try {
                Message message = nextMessage();
                if (message == null) {
                    step(new Event.Wake(), "restart");
                } else if (concernsUs(message)) {
                    message.taken().complete(step(message.event(), message.reason()));
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private @Nullable Message nextMessage() throws InterruptedException {
        if (state.wakeAt() == AgentLifecycle.NEVER) {
            return inbox.take();
        }
        return inbox.poll(Math.max(0, state.wakeAt() - clockMillis.getAsLong()), TimeUnit.MILLISECONDS);
    }

    /**
     * A run that failed to launch was reaped on the way, and reports that when it is no longer the current one. What none
     * may do, an agent has done, also when that run of it ended first.
     */
    private boolean concernsUs(Message message) {
        return message.run().isEmpty() || message.run().get() == current || message.event() instanceof Event.Condemned;
    }

    private boolean step(Event event, String reason) {
        if (event instanceof Event.Exited(Ending ending)) {
            afterExit(ending);
        }
        if (event instanceof Event.Stop) {
            stopAsked = false;
        }
        if (event instanceof Event.Condemned || event instanceof Event.Unhealthy) {
            cause = reason;
        }
        Phase before = state.phase();
        AgentLifecycle.Transition transition = lifecycle.next(state, event, clockMillis.getAsLong());
        state = transition.state();
        announce(event, before);
        boolean isTaken = apply(transition.action(), reason);
        publish();
        return isTaken;
    }

    private boolean apply(AgentLifecycle.Action action, String reason) {
        return switch (action) {
            case NONE -> true;
            case REFUSE -> false;
            case LAUNCH -> {
                launch(reason);
                yield true;
            }
            case TERMINATE -> {
                current(AgentRun::terminate);
                yield true;
            }
            case KILL -> {
                current(AgentRun::kill);
                yield true;
            }
        };
    }

    private void announce(Event event, Phase before) {
        AgentRun run = current;
        if (event instanceof Event.Exited(Ending ending) && run != null) {
            current = null;
            if (state.phase() == Phase.FAILED) {
                failed(cause.isEmpty() ? ending.explanation() : cause);
            } else {
                events.emit("agent.stopped", Map.of("agent", agent.name(), "run", run.number()));
            }
        }
        if (event instanceof Event.Condemned && run == null && before != Phase.CONDEMNED) {
            failed(cause);
        }
        if (event instanceof Event.Entered && before == Phase.STARTING && run != null) {
            events.emit("agent.started", Map.of("agent", agent.name(), "run", run.number(), "pid", run.pid()));
        }
    }

    private void current(Consumer<AgentRun> action) {
        AgentRun run = current;
        if (run != null) {
            action.accept(run);
        }
    }

    private void afterExit(Ending ending) {
        AgentRun run = current;
        if (run == null) {
            return;
        }
        Map<String, ?> how = ending.signal() == 0
                ? Map.of("agent", agent.name(), "run", run.number(), "code", ending.code())
                : Map.of("agent", agent.name(), "run", run.number(), "signal", ending.signal());
        events.emit("agent.exited", how);
        CageExit.of(ending.code()).ifPresent(exit -> complain(ending.explanation()));
        run.cleanUp();
        lastExit = Optional.of(ending);
    }

    private void launch(String reason) {
        runs++;
        why = "";
        cause = "";
        publish();
        if (reason.equals("restart")) {
            restarts++;
        }
        RunListener listener = new RunListener();
        AgentRun run = new AgentRun(tools, agent, slot, runs, listener, new Undo(this::complain));
        listener.run = run;
        current = run;
        events.emit("agent.starting", Map.of("agent", agent.name(), "reason", reason, "run", runs));
        try {
            run.launch(() -> stopAsked);
        } catch (IOException | RpcException e) {
            boolean isCanary =
                    e instanceof RpcException refusal && refusal.detail().equals("CANARY");
            launchFailed(isCanary ? AgentRun.CANARY : String.valueOf(e.getMessage()), isCanary);
        } catch (RuntimeException e) {
            launchFailed("a bug in cage: " + Complaints.bug(e), false);
        }
    }

    private void launchFailed(String reason, boolean isFinal) {
        current = null;
        failed(reason);
        state = lifecycle
                .next(state, new Event.LaunchFailed(isFinal), clockMillis.getAsLong())
                .state();
    }

    private void failed(String reason) {
        why = reason;
        events.emit("agent.failed", Map.of("agent", agent.name(), "why", reason));
    }

    private synchronized void publish() {
        AgentRun run = current;
        snapshot = new Snapshot(state.phase(), runs, run == null ? 0 : run.pid(), restarts, lastExit, why);
        notifyAll();
    }

    /** Waits until nothing of the agent runs; false when the time is up first. */
    public synchronized boolean awaitIdle(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (isBusy(snapshot.phase())) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    private static boolean isBusy(Phase phase) {
        return switch (phase) {
            case STARTING, RUNNING, STOPPING, CONDEMNED -> true;
            case STOPPED, WAITING, FAILED -> false;
        };
    }

    private void complain(String what) {
        System.err.println(agent.name() + ": " + what);
    }

    private final class RunListener implements AgentRun.Listener {
        private final TokenBucket console = budget();
        /** The VMM's own, to which libkrun gives the guest a port. */
        private final TokenBucket messages = budget();

        private @Nullable AgentRun run;

        private TokenBucket budget() {
            return new TokenBucket(CONSOLE_BURST, 1_000 / CONSOLE_LINES_PER_SECOND, clockMillis.getAsLong());
        }

        @Override
        public void console(String line) {
            withinBudget(console, line, this::emit);
        }

        private void withinBudget(TokenBucket budget, String line, Consumer<String> to) {
            if (budget.take(clockMillis.getAsLong())) {
                sayDropped(budget, to);
                to.accept(line);
            }
        }

        private void sayDropped(TokenBucket budget, Consumer<String> to) {
            long dropped = budget.takeDropped();
            if (dropped > 0) {
                to.accept("(" + dropped + " lines dropped: more than " + CONSOLE_LINES_PER_SECOND + " a second)");
            }
        }

        private void emit(String line) {
            AgentRun of = run;
            events.emit(
                    "agent.console", Map.of("agent", agent.name(), "run", of == null ? 0L : of.number(), "line", line));
        }

        @Override
        public void message(String line) {
            withinBudget(messages, line, AgentRunner.this::complain);
        }

        @Override
        public void walls() {
            AgentRun of = run;
            Map<String, String> limits = new LinkedHashMap<>();
            if (of != null) {
                of.limits().forEach((file, value) -> limits.put(file.replace('.', '_'), value));
            }
            note("agent.walls", limits);
        }

        @Override
        public void entered() {
            var _ = send(new Event.Entered(), "", Optional.ofNullable(run));
        }

        @Override
        public void unhealthy(String how) {
            note("agent.unhealthy", Map.of("why", how));
            var _ = send(new Event.Unhealthy(), how, Optional.ofNullable(run));
        }

        @Override
        public void condemned(String how) {
            var _ = send(new Event.Condemned(), how, Optional.ofNullable(run));
        }

        @Override
        public void wiped(String name, String how) {
            note("agent.secret_wiped", Map.of("name", name, "why", how));
        }

        private void note(String event, Map<String, String> more) {
            AgentRun of = run;
            Map<String, Object> fields = new LinkedHashMap<>(more);
            fields.put("agent", agent.name());
            fields.put("run", of == null ? 0L : of.number());
            events.emit(event, fields);
        }

        @Override
        public void ended(Ending ending) {
            sayDropped(console, this::emit);
            sayDropped(messages, AgentRunner.this::complain);
            var _ = send(new Event.Exited(ending), "", Optional.ofNullable(run));
        }
    }
}
