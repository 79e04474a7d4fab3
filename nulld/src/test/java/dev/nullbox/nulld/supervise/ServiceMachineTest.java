package dev.nullbox.nulld.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.nulld.linux.ServiceSpec;
import dev.nullbox.nulld.linux.TestServices;
import dev.nullbox.nulld.supervise.ServiceState.Next;
import dev.nullbox.nulld.supervise.Transition.Action;
import dev.nullbox.service.process.ExitStatus;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ServiceMachineTest {
    private static final long NOW = 1_000_000;
    private static final ExitStatus ZERO = new ExitStatus.Code(0);
    private static final ExitStatus EATEN = new ExitStatus.OutOfMemory(64);
    private static final String MISSING =
            "exit code 127: its program is missing or cannot be executed before it was ready";
    private static final ServiceState WAITING = new ServiceState.Waiting(0);
    private static final ServiceState STARTING = new ServiceState.Starting(7, NOW + 60_000, 0);
    private static final ServiceState READY = new ServiceState.Ready(7, NOW, 2);
    private static final ServiceState STOPPED = new ServiceState.Stopped();

    static Stream<Arguments> table() {
        return Stream.of(
                row(WAITING, new ServiceEvent.DependenciesReady(), new ServiceState.Spawning(0), new Action.Spawn()),
                row(WAITING, new ServiceEvent.StopRequested(), STOPPED, new Action.EmitStopped(0)),
                row(new ServiceState.Spawning(0), new ServiceEvent.Spawned(7), STARTING, new Action.EmitStarting(7, 1)),
                row(
                        new ServiceState.Spawning(0),
                        new ServiceEvent.SpawnFailed("no file"),
                        new ServiceState.Backoff(NOW + 1_000, 1, "no file"),
                        new Action.EmitFailed("no file", 1, 1_000)),
                row(
                        STARTING,
                        new ServiceEvent.ReadyNotified(7),
                        new ServiceState.Ready(7, NOW, 0),
                        new Action.EmitReady(7)),
                row(STARTING, new ServiceEvent.ReadyNotified(8), STARTING),
                row(
                        STARTING,
                        new ServiceEvent.Exited(7, new ExitStatus.Code(127)),
                        new ServiceState.Backoff(NOW + 1_000, 1, MISSING),
                        new Action.EmitExited(7, new ExitStatus.Code(127)),
                        new Action.KillRemaining(),
                        new Action.EmitFailed(MISSING, 1, 1_000)),
                row(
                        STARTING,
                        new ServiceEvent.RestartRequested(),
                        new ServiceState.Stopping(7, NOW + 10_000, Next.START, "", 0),
                        new Action.Signal(7, 15)),
                row(WAITING, new ServiceEvent.StartRequested(), WAITING),
                row(WAITING, new ServiceEvent.Exited(7, ZERO), WAITING),
                row(new ServiceState.Spawning(3), new ServiceEvent.StopRequested(), new ServiceState.Spawning(3)),
                row(
                        READY,
                        new ServiceEvent.StopRequested(),
                        new ServiceState.Stopping(7, NOW + 10_000, Next.STAY, "", 0),
                        new Action.Signal(7, 15)),
                row(READY, new ServiceEvent.StartRequested(), READY),
                row(READY, new ServiceEvent.ReadyNotified(7), READY),
                row(
                        READY,
                        new ServiceEvent.Exited(7, EATEN),
                        new ServiceState.Backoff(NOW + 4_000, 3, EATEN.describe()),
                        new Action.EmitExited(7, EATEN),
                        new Action.KillRemaining(),
                        new Action.EmitFailed(EATEN.describe(), 3, 4_000)),
                row(
                        new ServiceState.Stopping(7, NOW + 9, Next.RETRY, "slow", 4),
                        new ServiceEvent.Exited(7, ZERO),
                        new ServiceState.Backoff(NOW + 16_000, 5, "slow"),
                        new Action.EmitExited(7, ZERO),
                        new Action.KillRemaining(),
                        new Action.EmitFailed("slow", 5, 16_000)),
                row(stopping(NOW + 9, Next.STAY), new ServiceEvent.Tick(), stopping(NOW + 9, Next.STAY)),
                row(stopping(NOW + 9, Next.STAY), new ServiceEvent.Exited(8, ZERO), stopping(NOW + 9, Next.STAY)),
                row(
                        new ServiceState.Backoff(NOW + 1, 3, "x"),
                        new ServiceEvent.StopRequested(),
                        STOPPED,
                        new Action.EmitStopped(0)),
                row(STOPPED, new ServiceEvent.StopRequested(), STOPPED),
                row(STARTING, new ServiceEvent.Tick(), STARTING),
                row(
                        new ServiceState.Starting(7, NOW, 4),
                        new ServiceEvent.Tick(),
                        new ServiceState.Stopping(7, NOW + 10_000, Next.RETRY, "not ready within 60 s", 4),
                        new Action.Signal(7, 15)),
                row(
                        STARTING,
                        new ServiceEvent.StopRequested(),
                        new ServiceState.Stopping(7, NOW + 10_000, Next.STAY, "", 0),
                        new Action.Signal(7, 15)),
                row(READY, new ServiceEvent.Exited(8, ZERO), READY),
                row(
                        READY,
                        new ServiceEvent.Exited(7, ZERO),
                        new ServiceState.Backoff(NOW + 4_000, 3, "exit code 0"),
                        new Action.EmitExited(7, ZERO),
                        new Action.KillRemaining(),
                        new Action.EmitFailed("exit code 0", 3, 4_000)),
                row(
                        new ServiceState.Ready(7, NOW - 300_000, 5),
                        new ServiceEvent.Exited(7, new ExitStatus.Signal(9)),
                        new ServiceState.Backoff(NOW + 1_000, 1, "signal 9"),
                        new Action.EmitExited(7, new ExitStatus.Signal(9)),
                        new Action.KillRemaining(),
                        new Action.EmitFailed("signal 9", 1, 1_000)),
                row(
                        READY,
                        new ServiceEvent.RestartRequested(),
                        new ServiceState.Stopping(7, NOW + 10_000, Next.START, "", 0),
                        new Action.Signal(7, 15)),
                row(
                        stopping(NOW, Next.STAY),
                        new ServiceEvent.Tick(),
                        stopping(NOW + 5_000, Next.STAY),
                        new Action.Signal(7, 9),
                        new Action.KillRemaining()),
                row(
                        stopping(NOW, Next.STAY),
                        new ServiceEvent.Exited(7, ZERO),
                        STOPPED,
                        new Action.EmitExited(7, ZERO),
                        new Action.KillRemaining(),
                        new Action.EmitStopped(7)),
                row(
                        stopping(NOW, Next.START),
                        new ServiceEvent.Exited(7, ZERO),
                        WAITING,
                        new Action.EmitExited(7, ZERO),
                        new Action.KillRemaining(),
                        new Action.EmitStopped(7)),
                row(stopping(NOW + 9, Next.RETRY), new ServiceEvent.StopRequested(), stopping(NOW + 9, Next.STAY)),
                row(stopping(NOW + 9, Next.STAY), new ServiceEvent.StartRequested(), stopping(NOW + 9, Next.START)),
                row(new ServiceState.Backoff(NOW, 3, "x"), new ServiceEvent.Tick(), new ServiceState.Waiting(3)),
                row(
                        new ServiceState.Backoff(NOW + 1, 3, "x"),
                        new ServiceEvent.Tick(),
                        new ServiceState.Backoff(NOW + 1, 3, "x")),
                row(new ServiceState.Backoff(NOW + 1, 3, "x"), new ServiceEvent.StartRequested(), WAITING),
                row(STOPPED, new ServiceEvent.StartRequested(), WAITING),
                row(STOPPED, new ServiceEvent.DependenciesReady(), STOPPED),
                row(
                        new ServiceState.Disabled("why"),
                        new ServiceEvent.StartRequested(),
                        new ServiceState.Disabled("why")));
    }

    @ParameterizedTest
    @MethodSource("table")
    void followsTheTable(ServiceState state, ServiceEvent event, ServiceState next, List<Action> actions) {
        Transition got = ServiceMachine.next(service(ServiceSpec.Readiness.NOTIFY), state, event, NOW);
        assertThat(got.state()).isEqualTo(next);
        assertThat(got.actions()).isEqualTo(actions);
    }

    @Test
    void aProgramThatIsNotOursIsReadyWhenItRuns() {
        Transition got = ServiceMachine.next(
                service(ServiceSpec.Readiness.EXEC), new ServiceState.Spawning(0), new ServiceEvent.Spawned(7), NOW);
        assertThat(got.state()).isEqualTo(new ServiceState.Ready(7, NOW, 0));
    }

    @Test
    void serviceWithoutAHeartbeatIsStoppedAndStartedAnew() {
        ServiceSpec spec = service(ServiceSpec.Readiness.HEARTBEAT);
        ServiceState ready = ServiceMachine.next(spec, STARTING, new ServiceEvent.ReadyNotified(7), NOW)
                .state();
        assertThat(ready).isEqualTo(new ServiceState.Ready(7, NOW, 0, NOW + 60_000));
        ServiceState alive = ServiceMachine.next(spec, ready, new ServiceEvent.Heartbeat(7), NOW + 9)
                .state();
        assertThat(alive).isEqualTo(new ServiceState.Ready(7, NOW, 0, NOW + 60_009));
        assertThat(ServiceMachine.next(spec, ready, new ServiceEvent.Heartbeat(8), NOW + 9)
                        .state())
                .as("of a process that was")
                .isEqualTo(ready);
        assertThat(ServiceMachine.next(spec, alive, new ServiceEvent.Tick(), NOW + 60_008)
                        .state())
                .isEqualTo(alive);
        Transition silent = ServiceMachine.next(spec, alive, new ServiceEvent.Tick(), NOW + 60_009);
        assertThat(silent.state())
                .isEqualTo(new ServiceState.Stopping(7, NOW + 70_009, Next.RETRY, "no heartbeat for 60 s", 0));
        assertThat(silent.actions()).containsExactly(new Action.Signal(7, 15));
        // A machine that stood still is no service that hangs: the next minute counts.
        Transition paused =
                ServiceMachine.next(spec, alive, new ServiceEvent.Tick(), NOW + 60_009 + ServiceMachine.PAUSE_MILLIS);
        assertThat(paused.actions()).isEmpty();
        assertThat(ServiceMachine.next(spec, paused.state(), new ServiceEvent.Tick(), NOW + 130_009)
                        .actions())
                .containsExactly(new Action.Signal(7, 15));
    }

    @Test
    void serviceOfWhichNoHeartbeatIsExpectedMayBeSilent() {
        ServiceState ready = ServiceMachine.next(
                        service(ServiceSpec.Readiness.NOTIFY), STARTING, new ServiceEvent.ReadyNotified(7), NOW)
                .state();
        assertThat(ready.deadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void waitsOneTwoFourEightSixteenAndThenThirtySeconds() {
        ServiceSpec spec = service(ServiceSpec.Readiness.NOTIFY);
        ServiceState state = new ServiceState.Spawning(0);
        for (long seconds : new long[] {1, 2, 4, 8, 16, 30, 30, 30}) {
            ServiceState.Backoff backoff =
                    (ServiceState.Backoff) ServiceMachine.next(spec, state, new ServiceEvent.SpawnFailed("x"), NOW)
                            .state();
            assertThat(backoff.until() - NOW).isEqualTo(seconds * 1_000);
            state = new ServiceState.Spawning(backoff.failures());
        }
    }

    private static ServiceState stopping(long deadline, Next next) {
        return new ServiceState.Stopping(7, deadline, next, "", 0);
    }

    private static Arguments row(ServiceState state, ServiceEvent event, ServiceState next, Action... actions) {
        return Arguments.of(state, event, next, List.of(actions));
    }

    private static ServiceSpec service(ServiceSpec.Readiness readiness) {
        return TestServices.service("s", readiness);
    }
}
