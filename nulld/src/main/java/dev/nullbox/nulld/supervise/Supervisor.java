package dev.nullbox.nulld.supervise;

import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.nulld.linux.Cgroups;
import dev.nullbox.nulld.linux.Clock;
import dev.nullbox.nulld.linux.ServiceSpec;
import dev.nullbox.nulld.log.Degraded;
import dev.nullbox.nulld.log.Journal;
import dev.nullbox.nulld.supervise.Transition.Action;
import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.service.process.ChildProcess;
import dev.nullbox.service.process.ExitStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Supervisor of all services: keeps their states and performs the actions of {@link ServiceMachine}. For PID 1's thread. */
public final class Supervisor {
    /** Failures in a row of a required service after which the appliance is degraded. */
    static final int DEGRADED_AFTER = 3;

    /** Time after a service's stop limit for the kernel to end its process. */
    static final long UNKILLABLE_MILLIS = 60_000;

    private static final class Service {
        final ServiceSpec spec;
        ServiceState state;
        int starts;
        long since;
        long outOfMemoryKills;
        Optional<ChildProcess> process = Optional.empty();

        Service(ServiceSpec spec, ServiceState state, long since) {
            this.spec = spec;
            this.state = state;
            this.since = since;
        }
    }

    /** Starter of a service's process. */
    @FunctionalInterface
    public interface Starter {
        /**
         * Starts it.
         *
         * @throws IOException with the step that failed
         */
        ChildProcess spawn(ServiceSpec spec) throws IOException;
    }

    private final Clock clock;
    private final Journal journal;
    private final Degraded degraded;
    private final Cgroups cgroups;
    private final Starter starter;
    private final Map<String, Service> services = new LinkedHashMap<>();
    private boolean stopping;
    private boolean announced;

    public Supervisor(Clock clock, Journal journal, Degraded degraded, Cgroups cgroups, Starter starter) {
        this.clock = clock;
        this.journal = journal;
        this.degraded = degraded;
        this.cgroups = cgroups;
        this.starter = starter;
    }

    /** Adds a service, which starts at the next tick, or never when there is a reason against it. */
    public void add(ServiceSpec spec, Optional<String> disabled) {
        ServiceState state =
                disabled.<ServiceState>map(ServiceState.Disabled::new).orElseGet(() -> new ServiceState.Waiting(0));
        services.put(spec.name(), new Service(spec, state, clock.millis()));
        disabled.ifPresent(why -> journal.text("nulld", spec.name() + " is not started: " + why));
    }

    /** The state of a service; empty for an unknown name. */
    public Optional<ServiceState> state(String name) {
        return Optional.ofNullable(services.get(name)).map(service -> service.state);
    }

    /** Handles a service's report of readiness, or a request. */
    public void handle(String name, ServiceEvent event) {
        Service service = services.get(name);
        if (service != null) {
            apply(service, event);
        }
    }

    /** Handles the end of a process: a service's, or an orphan's, which is ignored. */
    public void ended(int pid, ExitStatus status) {
        for (Service service : services.values()) {
            if (service.state.pid() == pid) {
                service.process.ifPresent(ChildProcess::close);
                service.process = Optional.empty();
                apply(service, new ServiceEvent.Exited(pid, explained(service, status)));
                return;
            }
        }
    }

    /** The status, as out of memory when the kernel killed the process for that. */
    private ExitStatus explained(Service service, ExitStatus status) {
        boolean killed = status instanceof ExitStatus.Signal(var signal) && signal == Signals.SIGKILL;
        return killed && cgroups.service(service.spec.name()).outOfMemoryKills() > service.outOfMemoryKills
                ? new ExitStatus.OutOfMemory(service.spec.limits().memoryMib())
                : status;
    }

    /** Performs what is due: deadlines, starts of services whose dependencies are ready, stops in order. */
    public void tick() {
        long now = clock.millis();
        for (Service service : services.values()) {
            if (now >= service.state.deadline()) {
                apply(service, new ServiceEvent.Tick());
            }
        }
        for (Service service : services.values()) {
            if (stopping) {
                if (!isDown(service) && dependents(service).allMatch(Supervisor::isDown)) {
                    stop(service);
                }
            } else if (service.state instanceof ServiceState.Waiting && dependenciesReady(service)) {
                apply(service, new ServiceEvent.DependenciesReady());
            }
        }
        announce();
    }

    /** The time at which {@link #tick} is due; Long.MAX_VALUE for never. */
    public long nextDeadline() {
        return services.values().stream()
                .mapToLong(service -> service.state.deadline())
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** Starts nothing from now on, and stops everything: each after those that depend on it. */
    public void stopAll() {
        stopping = true;
    }

    /** Tells whether no service has a process. */
    public boolean allDown() {
        return services.values().stream().allMatch(Supervisor::isDown);
    }

    /** Tells whether all required services that are not disabled are ready. */
    public boolean allReady() {
        return services.values().stream()
                .filter(s -> s.spec.required() && !(s.state instanceof ServiceState.Disabled))
                .allMatch(Supervisor::isReady);
    }

    /** A service whose process has not ended long after it was killed; empty when there is none. */
    public Optional<String> hung() {
        return services.values().stream()
                .filter(service -> service.state instanceof ServiceState.Stopping
                        && clock.millis() - service.since >= service.spec.stopLimitMillis() + UNKILLABLE_MILLIS)
                .map(service -> service.spec.name())
                .findFirst();
    }

    /** The services in the form of {@code nulld.status}. */
    public List<Message> describe() {
        return services.values().stream().map(this::describe).toList();
    }

    private Message describe(Service service) {
        ServiceState state = service.state;
        return Message.of(Fields.NAME.is(service.spec.name()), Fields.STATE.is(state.label()))
                .and(Fields.PID, Optional.of((long) state.pid()).filter(pid -> pid != 0))
                .and(
                        NulldContract.RESTARTS.is(Math.max(0L, service.starts - 1)),
                        NulldContract.SINCE_S.is((clock.millis() - service.since) / 1000))
                .and(NulldContract.ERROR, Optional.of(state.error()).filter(why -> !why.isEmpty()))
                .and(NulldContract.REQUIRED.is(service.spec.required()));
    }

    private void apply(Service service, ServiceEvent event) {
        String before = service.state.label();
        Transition transition = ServiceMachine.next(service.spec, service.state, event, clock.millis());
        service.state = transition.state();
        if (!before.equals(service.state.label())) {
            service.since = clock.millis();
        }
        for (Action action : transition.actions()) {
            perform(service, action);
        }
        updateDegraded(service);
    }

    private void perform(Service service, Action action) {
        String name = service.spec.name();
        switch (action) {
            case Action.Spawn _ -> spawn(service);
            case Action.Signal(var _, var signal) -> service.process.ifPresent(process -> send(name, process, signal));
            case Action.KillRemaining _ -> clean(name);
            case Action.EmitStarting(var pid, var attempt) ->
                emit(NulldContract.SERVICE_STARTING, name, pid, NulldContract.ATTEMPT.is((long) attempt));
            case Action.EmitReady(var pid) -> emit(NulldContract.SERVICE_READY, name, pid);
            case Action.EmitExited(var pid, var status) -> {
                switch (status) {
                    case ExitStatus.Code(var code) ->
                        emit(NulldContract.SERVICE_EXITED, name, pid, Fields.CODE.is((long) code));
                    case ExitStatus.Signal(var signal) ->
                        emit(NulldContract.SERVICE_EXITED, name, pid, Fields.SIGNAL.is((long) signal));
                    case ExitStatus.OutOfMemory(var limit) ->
                        emit(
                                NulldContract.SERVICE_EXITED,
                                name,
                                pid,
                                Fields.SIGNAL.is((long) Signals.SIGKILL),
                                NulldContract.OUT_OF_MEMORY_MIB.is(limit));
                }
            }
            case Action.EmitFailed(var why, var attempt, var retry) ->
                emit(
                        NulldContract.SERVICE_FAILED,
                        name,
                        0,
                        Fields.WHY.is(why),
                        NulldContract.ATTEMPT.is((long) attempt),
                        NulldContract.RETRY_MS.is(retry));
            case Action.EmitStopped(var pid) -> emit(NulldContract.SERVICE_STOPPED, name, pid);
        }
    }

    /** Sends a signal; one that fails is sent again at the deadline. */
    private void send(String name, ChildProcess process, int signal) {
        if (process.signal(signal) instanceof SysResult.Failed(var errno)) {
            journal.text("nulld", "signal " + signal + " does not reach " + name + ": " + Errno.describe(errno));
        }
    }

    private void spawn(Service service) {
        ServiceEvent outcome;
        service.outOfMemoryKills = cgroups.service(service.spec.name()).outOfMemoryKills();
        try {
            ChildProcess process = starter.spawn(service.spec);
            service.process = Optional.of(process);
            service.starts++;
            outcome = new ServiceEvent.Spawned(process.pid());
        } catch (IOException e) {
            outcome = new ServiceEvent.SpawnFailed(String.valueOf(e.getMessage()));
        }
        apply(service, outcome);
    }

    private void clean(String name) {
        try {
            cgroups.clean(name);
        } catch (IOException e) {
            journal.text("nulld", "processes that " + name + " left cannot be killed: " + e);
        }
    }

    private void stop(Service service) {
        boolean asked = service.state instanceof ServiceState.Stopping s && s.next() == ServiceState.Next.STAY;
        if (!asked) {
            apply(service, new ServiceEvent.StopRequested());
        }
    }

    private boolean dependenciesReady(Service service) {
        return service.spec.after().stream()
                .map(services::get)
                .allMatch(other -> other != null && (isReady(other) || isOptionalAndTried(other)));
    }

    private static boolean isReady(Service service) {
        return service.state instanceof ServiceState.Ready;
    }

    /** An optional service that has failed once, or is down, no longer blocks its dependants. */
    private static boolean isOptionalAndTried(Service service) {
        return !service.spec.required() && (isDown(service) || service.state instanceof ServiceState.Backoff);
    }

    private Stream<Service> dependents(Service service) {
        return services.values().stream().filter(other -> other.spec.after().contains(service.spec.name()));
    }

    private static boolean isDown(Service service) {
        return service.state instanceof ServiceState.Stopped || service.state instanceof ServiceState.Disabled;
    }

    /** Adds or removes the service's reason for a degraded appliance. */
    private void updateDegraded(Service service) {
        String topic = "service " + service.spec.name();
        if (service.state instanceof ServiceState.Ready) {
            degraded.remove(topic);
        } else if (service.spec.required()
                && service.state instanceof ServiceState.Backoff(var _, var failures, var why)
                && failures >= DEGRADED_AFTER) {
            degraded.add(topic, service.spec.name() + " is down: " + why);
        }
    }

    private void announce() {
        if (stopping) {
            return;
        }
        boolean ready = allReady();
        if (ready && !announced) {
            journal.event("nulld", NulldContract.READY, Fields.MS.is(clock.millis()));
        }
        announced = ready;
    }

    private void emit(Event event, String service, int pid, Value<?>... more) {
        List<Value<?>> fields = new ArrayList<>(List.of(NulldContract.SERVICE.is(service)));
        if (pid != 0) {
            fields.add(Fields.PID.is((long) pid));
        }
        fields.addAll(List.of(more));
        journal.event("nulld", event, fields.toArray(new Value<?>[0]));
    }
}
