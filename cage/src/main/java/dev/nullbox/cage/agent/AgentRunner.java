package dev.nullbox.cage.agent;

import dev.nullbox.cage.agent.Transition.Action;
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

/** Thread of one agent: takes events one by one and performs what {@link AgentLifecycle} says. */
public final class AgentRunner implements Runnable {
    private static final int CONSOLE_BURST = 500;
    private static final int CONSOLE_LINES_PER_SECOND = 100;
    private static final long NO_RUN = 0;

    /** @param run whose event it is, or {@link #NO_RUN} */
    private record Message(AgentEvent event, long run, CompletableFuture<Boolean> taken) {}

    /** View of an agent at one moment. */
    public record Snapshot(AgentState state, long run, int pid, long restarts, Optional<Ending> exit) {}

    private final AgentRun.Tools tools;
    private final CatalogEntry.Accepted agent;
    private final Slot slot;
    private final EventSink events;
    private final LongSupplier clockMillis;
    private final AgentLifecycle lifecycle;
    private final BlockingQueue<Message> inbox = new LinkedBlockingQueue<>();

    private AgentState state = new AgentState.Stopped("");
    private long runs;
    private long restarts;
    private Optional<Ending> lastExit = Optional.empty();
    private @Nullable AgentRun current;
    private volatile Snapshot snapshot = new Snapshot(state, 0, 0, 0, lastExit);

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

    /** Requests a start; the answer is false when it runs already. */
    public CompletableFuture<Boolean> start(String reason) {
        return send(new AgentEvent.StartRequested(reason), NO_RUN);
    }

    /** Requests a stop; the answer is false when it does not run. */
    public CompletableFuture<Boolean> stop() {
        return send(new AgentEvent.StopRequested(), NO_RUN);
    }

    private CompletableFuture<Boolean> send(AgentEvent event, long run) {
        Message message = new Message(event, run, new CompletableFuture<>());
        inbox.add(message);
        return message.taken();
    }

    private boolean isStopRequested() {
        return inbox.stream().anyMatch(message -> message.event() instanceof AgentEvent.StopRequested);
    }

    @Override
    public void run() {
        while (true) {
            try {
                long left = Math.max(0, state.deadline() - clockMillis.getAsLong());
                Message message = inbox.poll(left, TimeUnit.MILLISECONDS);
                if (message == null) {
                    apply(new AgentEvent.TimerFired());
                } else if (concernsUs(message)) {
                    message.taken().complete(apply(message.event()));
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /**
     * A run that failed to launch was reaped on the way, and reports that when it is no longer the current one. A ban
     * holds for the agent, also when the run that earned it ended first.
     */
    private boolean concernsUs(Message message) {
        return message.run() == NO_RUN
                || message.event() instanceof AgentEvent.Ban
                || (current != null && message.run() == current.number());
    }

    /** Performs the transition; false when it is refused. */
    private boolean apply(AgentEvent event) {
        Transition transition = lifecycle.next(state, event, clockMillis.getAsLong());
        state = transition.state();
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
            }
            case Action.Refuse _ -> {}
            case Action.SayStarted _ -> current(run -> say("agent.started", Map.of("run", runs, "pid", run.pid())));
            case Action.SayExited(var ending) -> exited(ending);
            case Action.SayStopped _ -> say("agent.stopped", Map.of("run", runs));
            case Action.SayFailed(var why) -> say("agent.failed", Map.of("why", why));
        }
    }

    private void current(Consumer<AgentRun> action) {
        AgentRun run = current;
        if (run != null) {
            action.accept(run);
        }
    }

    private void launch(String reason) {
        runs++;
        if (reason.equals(AgentLifecycle.RESTART)) {
            restarts++;
        }
        publish();
        AgentRun run = new AgentRun(tools, agent, slot, runs, new RunListener(runs), new Undo(this::complain));
        current = run;
        say("agent.starting", Map.of("reason", reason, "run", runs));
        try {
            run.launch(this::isStopRequested);
        } catch (IOException | RpcException e) {
            boolean isCanary =
                    e instanceof RpcException refusal && refusal.detail().equals("CANARY");
            launchFailed(isCanary ? AgentRun.CANARY : String.valueOf(e.getMessage()), isCanary);
        } catch (RuntimeException e) {
            launchFailed("a bug in cage: " + Complaints.bug(e), false);
        }
    }

    private void launchFailed(String why, boolean isFinal) {
        current = null;
        apply(new AgentEvent.LaunchFailed(why, isFinal));
    }

    private void exited(Ending ending) {
        boolean isCode = ending.signal() == 0;
        say("agent.exited", Map.of("run", runs, isCode ? "code" : "signal", isCode ? ending.code() : ending.signal()));
        CageExit.of(ending.code()).ifPresent(exit -> complain(ending.explanation()));
        lastExit = Optional.of(ending);
    }

    private void say(String event, Map<String, ?> fields) {
        Map<String, Object> all = new LinkedHashMap<>(fields);
        all.put("agent", agent.name());
        events.emit(event, all);
    }

    private synchronized void publish() {
        AgentRun run = current;
        snapshot = new Snapshot(state, runs, run == null ? 0 : run.pid(), restarts, lastExit);
        notifyAll();
    }

    /** Waits until nothing of the agent runs; false when the time is up first. */
    public synchronized boolean awaitIdle(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (snapshot.state() instanceof AgentState.Live) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    private void complain(String what) {
        System.err.println(agent.name() + ": " + what);
    }

    private final class RunListener implements AgentRun.Listener {
        private final TokenBucket console = budget();
        /** The VMM's own, to which libkrun gives the guest a port. */
        private final TokenBucket messages = budget();

        private final long run;

        RunListener(long run) {
            this.run = run;
        }

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
            say("agent.console", Map.of("run", run, "line", line));
        }

        @Override
        public void message(String line) {
            withinBudget(messages, line, AgentRunner.this::complain);
        }

        @Override
        public void walls(Map<String, String> limits) {
            Map<String, Object> fields = new LinkedHashMap<>();
            limits.forEach((file, value) -> fields.put(file.replace('.', '_'), value));
            fields.put("run", run);
            say("agent.walls", fields);
        }

        @Override
        public void entered() {
            var _ = send(new AgentEvent.Entered(), run);
        }

        @Override
        public void unhealthy(String why) {
            say("agent.unhealthy", Map.of("run", run, "why", why));
            var _ = send(new AgentEvent.Unhealthy(why), run);
        }

        @Override
        public void banned(String why) {
            var _ = send(new AgentEvent.Ban(why), run);
        }

        @Override
        public void wiped(String name, String why) {
            say("agent.secret_wiped", Map.of("run", run, "name", name, "why", why));
        }

        @Override
        public void ended(Ending ending) {
            sayDropped(console, this::emit);
            sayDropped(messages, AgentRunner.this::complain);
            var _ = send(new AgentEvent.Exited(ending), run);
        }
    }
}
