package dev.nullbox.cage.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.cage.agent.AgentLifecycle.Action;
import dev.nullbox.cage.agent.AgentLifecycle.Event;
import dev.nullbox.cage.agent.AgentLifecycle.Phase;
import dev.nullbox.cage.agent.AgentLifecycle.State;
import dev.nullbox.cage.agent.AgentLifecycle.Transition;
import dev.nullbox.cage.jail.Ending;
import dev.nullbox.manifest.RestartPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentLifecycleTest {
    private static final long NOW = 1_000_000;
    private static final long FIVE_MINUTES = 300_000;

    private static AgentLifecycle lifecycle(RestartPolicy policy) {
        return new AgentLifecycle(policy, Duration.ofSeconds(60), Duration.ofSeconds(8));
    }

    private static State in(Phase phase) {
        return new State(phase, 0, NOW, AgentLifecycle.NEVER);
    }

    @ParameterizedTest
    @CsvSource({
        "STOPPED, STARTING, LAUNCH",
        "FAILED, STARTING, LAUNCH",
        "WAITING, STARTING, LAUNCH",
        "STARTING, STARTING, REFUSE",
        "RUNNING, RUNNING, REFUSE",
        "STOPPING, STOPPING, REFUSE",
        "CONDEMNED, CONDEMNED, REFUSE"
    })
    void startsOnlyWhatDoesNotRun(Phase before, Phase after, Action action) {
        Transition got = lifecycle(RestartPolicy.ALWAYS).next(in(before), new Event.Start(), NOW);
        assertThat(got.state().phase()).isEqualTo(after);
        assertThat(got.action()).isEqualTo(action);
    }

    @ParameterizedTest
    @CsvSource({
        "STOPPED, STOPPED, REFUSE",
        "FAILED, STOPPED, NONE",
        "WAITING, STOPPED, NONE",
        "STARTING, STOPPING, TERMINATE",
        "RUNNING, STOPPING, TERMINATE",
        "STOPPING, STOPPING, NONE",
        "CONDEMNED, CONDEMNED, NONE"
    })
    void stopsInWhateverPhase(Phase before, Phase after, Action action) {
        Transition got = lifecycle(RestartPolicy.ALWAYS).next(in(before), new Event.Stop(), NOW);
        assertThat(got.state().phase()).isEqualTo(after);
        assertThat(got.action()).isEqualTo(action);
    }

    @ParameterizedTest
    @CsvSource({
        "NEVER, 0, 0, STOPPED",
        "NEVER, 3, 0, FAILED",
        "NEVER, -1, 9, FAILED",
        "ON_FAILURE, 0, 0, STOPPED",
        "ON_FAILURE, 3, 0, WAITING",
        "ON_FAILURE, -1, 9, WAITING",
        "ALWAYS, 0, 0, WAITING",
        "ALWAYS, 127, 0, WAITING",
        "ALWAYS, 71, 0, FAILED"
    })
    void followsThePolicyAtTheEnd(RestartPolicy policy, int code, int signal, Phase after) {
        Transition got = lifecycle(policy).next(in(Phase.RUNNING), new Event.Exited(new Ending(code, signal)), NOW);
        assertThat(got.state().phase()).isEqualTo(after);
    }

    @Test
    void doublesTheWaitToThirtySeconds() {
        AgentLifecycle lifecycle = lifecycle(RestartPolicy.ALWAYS);
        State state = lifecycle.next(State.initial(), new Event.Start(), NOW).state();
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            state = lifecycle.next(state, new Event.LaunchFailed(false), NOW).state();
            waits.add((state.wakeAt() - NOW) / 1000);
            Transition woken = lifecycle.next(state, new Event.Wake(), NOW);
            assertThat(woken.action()).isEqualTo(Action.LAUNCH);
            state = woken.state();
        }
        assertThat(waits).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L);
    }

    @Test
    void forgetsFailuresAfterFiveGoodMinutes() {
        AgentLifecycle lifecycle = lifecycle(RestartPolicy.ALWAYS);
        State longRun = new State(Phase.RUNNING, 6, NOW, AgentLifecycle.NEVER);
        Event end = new Event.Exited(new Ending(1, 0));
        assertThat(lifecycle.next(longRun, end, NOW + FIVE_MINUTES).state().attempts())
                .isEqualTo(1);
        assertThat(lifecycle.next(longRun, end, NOW + FIVE_MINUTES - 1).state().attempts())
                .isEqualTo(7);
    }

    @Test
    void killsWhatDoesNotStopInTime() {
        AgentLifecycle lifecycle = lifecycle(RestartPolicy.ALWAYS);
        State stopping =
                lifecycle.next(in(Phase.RUNNING), new Event.Stop(), NOW).state();
        assertThat(stopping.wakeAt()).isEqualTo(NOW + 8_000);
        Transition late = lifecycle.next(stopping, new Event.Wake(), NOW + 8_000);
        assertThat(late.action()).isEqualTo(Action.KILL);
        Transition ended = lifecycle.next(late.state(), new Event.Exited(new Ending(-1, 9)), NOW + 8_001);
        assertThat(ended.state().phase()).isEqualTo(Phase.STOPPED);
    }

    @ParameterizedTest
    @CsvSource({
        "STARTING, CONDEMNED, KILL",
        "RUNNING, CONDEMNED, KILL",
        "STOPPING, CONDEMNED, KILL",
        "CONDEMNED, CONDEMNED, NONE",
        "STOPPED, FAILED, NONE",
        "WAITING, FAILED, NONE",
        "FAILED, FAILED, NONE"
    })
    void aCondemnedRunIsKilled(Phase before, Phase after, Action action) {
        Transition got = lifecycle(RestartPolicy.ALWAYS).next(in(before), new Event.Condemned(), NOW);
        assertThat(got.state().phase()).isEqualTo(after);
        assertThat(got.action()).isEqualTo(action);
    }

    @Test
    void nobodyButTheOperatorStartsACondemnedAgentAgain() {
        AgentLifecycle lifecycle = lifecycle(RestartPolicy.ALWAYS);
        State ended = lifecycle
                .next(in(Phase.CONDEMNED), new Event.Exited(new Ending(0, 0)), NOW)
                .state();
        assertThat(ended.phase()).isEqualTo(Phase.FAILED);
        assertThat(lifecycle.next(ended, new Event.Start(), NOW).action()).isEqualTo(Action.LAUNCH);
        assertThat(lifecycle
                        .next(in(Phase.STARTING), new Event.LaunchFailed(true), NOW)
                        .state()
                        .phase())
                .isEqualTo(Phase.FAILED);
    }

    @ParameterizedTest
    @CsvSource({"RUNNING, KILL", "STARTING, NONE", "STOPPING, NONE", "STOPPED, NONE", "WAITING, NONE", "FAILED, NONE"})
    void anUnhealthyRunIsKilledAndThenFollowsItsPolicy(Phase phase, Action action) {
        AgentLifecycle lifecycle = lifecycle(RestartPolicy.ON_FAILURE);
        Transition got = lifecycle.next(in(phase), new Event.Unhealthy(), NOW);
        assertThat(got).isEqualTo(new Transition(in(phase), action));
        assertThat(lifecycle
                        .next(in(Phase.RUNNING), new Event.Exited(new Ending(-1, 9)), NOW)
                        .state()
                        .phase())
                .isEqualTo(Phase.WAITING);
    }
}
