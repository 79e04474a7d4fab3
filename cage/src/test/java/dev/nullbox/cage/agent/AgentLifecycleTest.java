package dev.nullbox.cage.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.cage.agent.AgentEvent.*;
import dev.nullbox.cage.agent.AgentState.*;
import dev.nullbox.cage.agent.Transition.Action;
import dev.nullbox.manifest.RestartPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentLifecycleTest {
    private static final long NOW = 1_000_000;
    private static final long FIVE_MINUTES = 300_000;

    private static AgentLifecycle lifecycle(RestartPolicy policy) {
        return new AgentLifecycle(policy, false, Duration.ofSeconds(60), Duration.ofMinutes(5), Duration.ofSeconds(8));
    }

    private static AgentState in(String state) {
        return switch (state) {
            case "Stopped" -> new Stopped("before");
            case "Failed" -> new Failed("before");
            case "Backoff" -> new Backoff(3, NOW + 4_000, "before");
            case "Starting" -> new Starting(0, NOW + 60_000);
            case "Running" -> new Running(0, NOW, "");
            case "Stopping" -> new Stopping(NOW + 8_000);
            case "Banned" -> new Banned("canary");
            default -> throw new AssertionError(state);
        };
    }

    private static String name(Object record) {
        return record.getClass().getSimpleName();
    }

    private static String actions(Transition transition) {
        String names =
                transition.actions().stream().map(AgentLifecycleTest::name).collect(Collectors.joining(" "));
        return names.isEmpty() ? "-" : names;
    }

    @ParameterizedTest
    @CsvSource({
        "Stopped, Starting, Launch",
        "Failed, Starting, Launch",
        "Backoff, Starting, Launch",
        "Starting, Starting, Refuse",
        "Running, Running, Refuse",
        "Stopping, Stopping, Refuse",
        "Banned, Banned, Refuse"
    })
    void startsOnlyWhatDoesNotRun(String before, String after, String actions) {
        Transition got = lifecycle(RestartPolicy.ALWAYS).next(in(before), new StartRequested("operator"), NOW);
        assertThat(name(got.state())).isEqualTo(after);
        assertThat(actions(got)).isEqualTo(actions);
    }

    @ParameterizedTest
    @CsvSource({
        "Running, Stopping, Terminate",
        "Starting, Starting, -",
        "Stopping, Stopping, -",
        "Stopped, Stopped, -",
        "Failed, Failed, -"
    })
    void timeOfARunEndsItOnceItRuns(String before, String after, String actions) {
        Transition got = lifecycle(RestartPolicy.NEVER).next(in(before), new Expired(), NOW);
        assertThat(name(got.state())).isEqualTo(after);
        assertThat(actions(got)).isEqualTo(actions);
    }

    @ParameterizedTest
    @CsvSource({"EXITED, 0, Stopped", "EXITED, 3, Failed", "REBOOT, 0, Failed", "OUT_OF_MEMORY, 0, Failed"})
    void taskIsNeverRunAgain(RunEnd.Way way, int number, String after) {
        AgentLifecycle once = new AgentLifecycle(
                RestartPolicy.ALWAYS, true, Duration.ofSeconds(60), Duration.ofMinutes(5), Duration.ofSeconds(8));
        Transition got = once.next(in("Running"), new Exited(new RunEnd(way, number, "")), NOW);
        assertThat(name(got.state())).isEqualTo(after);
        assertThat(name(once.next(in("Starting"), new LaunchFailed("no lease", false), NOW)
                        .state()))
                .isEqualTo("Failed");
    }

    /** The failure before is still shown when a failed agent is stopped, and no longer once it is started. */
    @ParameterizedTest
    @CsvSource({
        "Stopped, Stopped, Refuse, before",
        "Failed, Stopped, -, before",
        "Backoff, Stopped, -, before",
        "Starting, Stopping, Terminate, ''",
        "Running, Stopping, Terminate, ''",
        "Stopping, Stopping, -, ''",
        "Banned, Banned, -, ''"
    })
    void stopsInWhateverPhase(String before, String after, String actions, String why) {
        Transition got = lifecycle(RestartPolicy.ALWAYS).next(in(before), new StopRequested(), NOW);
        assertThat(name(got.state())).isEqualTo(after);
        assertThat(actions(got)).isEqualTo(actions);
        assertThat(got.state().why()).isEqualTo(why);
    }

    @ParameterizedTest
    @CsvSource({
        "Starting, Running, EmitStarted",
        "Running, Running, -",
        "Stopping, Stopping, -",
        "Banned, Banned, -",
        "Stopped, Stopped, -",
        "Backoff, Backoff, -",
        "Failed, Failed, -"
    })
    void runsOnceItsProgramDoes(String before, String after, String actions) {
        Transition got = lifecycle(RestartPolicy.ALWAYS).next(in(before), new Entered(), NOW);
        assertThat(name(got.state())).isEqualTo(after);
        assertThat(actions(got)).isEqualTo(actions);
    }

    @ParameterizedTest
    @CsvSource({
        "NEVER, EXITED, 0, Stopped, EmitStopped",
        "NEVER, EXITED, 3, Failed, EmitFailed",
        "NEVER, SIGNALLED, 9, Failed, EmitFailed",
        "NEVER, POWER_OFF, 0, Stopped, EmitStopped",
        "NEVER, REBOOT, 0, Backoff, EmitStopped",
        "ON_FAILURE, EXITED, 0, Stopped, EmitStopped",
        "ON_FAILURE, EXITED, 3, Backoff, EmitStopped",
        "ON_FAILURE, EXITED, 70, Backoff, EmitStopped",
        "ON_FAILURE, SIGNALLED, 9, Backoff, EmitStopped",
        "ON_FAILURE, OUT_OF_MEMORY, 0, Backoff, EmitStopped",
        "ON_FAILURE, POWER_OFF, 0, Stopped, EmitStopped",
        "ON_FAILURE, REBOOT, 0, Backoff, EmitStopped",
        "ON_FAILURE, CRASH, 0, Backoff, EmitStopped",
        "ON_FAILURE, HANG, 0, Backoff, EmitStopped",
        "ON_FAILURE, COMPROMISED, 0, Failed, EmitFailed",
        "ALWAYS, EXITED, 0, Backoff, EmitStopped",
        "ALWAYS, NOT_FOUND, 0, Backoff, EmitStopped",
        "ALWAYS, EXITED, 71, Backoff, EmitStopped",
        "ALWAYS, NOT_STARTED, 71, Failed, EmitFailed",
        "ALWAYS, COMPROMISED, 0, Failed, EmitFailed"
    })
    void followsThePolicyAtTheEnd(RestartPolicy policy, RunEnd.Way way, int number, String after, String said) {
        Transition got = lifecycle(policy).next(in("Running"), new Exited(new RunEnd(way, number, "")), NOW);
        assertThat(name(got.state())).isEqualTo(after);
        assertThat(actions(got)).isEqualTo("EmitExited CleanUp " + said);
    }

    @Test
    void doublesTheWaitToThirtySeconds() {
        AgentLifecycle lifecycle = lifecycle(RestartPolicy.ALWAYS);
        AgentState state =
                lifecycle.next(in("Stopped"), new StartRequested("auto"), NOW).state();
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            Transition failed = lifecycle.next(state, new LaunchFailed("no egress", false), NOW);
            assertThat(failed.actions()).containsExactly(new Action.EmitFailed("no egress"));
            assertThat(failed.state().why()).isEqualTo("no egress");
            waits.add((failed.state().deadline() - NOW) / 1000);
            Transition woken = lifecycle.next(failed.state(), new TimerFired(), NOW);
            assertThat(woken.actions()).containsExactly(new Action.Launch("restart"));
            state = woken.state();
        }
        assertThat(waits).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L);
    }

    @Test
    void forgetsFailuresAfterFiveGoodMinutes() {
        AgentLifecycle lifecycle = lifecycle(RestartPolicy.ALWAYS);
        AgentState longRun = new Running(6, NOW, "");
        AgentEvent end = new Exited(new RunEnd(RunEnd.Way.EXITED, 1, ""));
        assertThat(lifecycle.next(longRun, end, NOW + FIVE_MINUTES).state())
                .isEqualTo(new Backoff(1, NOW + FIVE_MINUTES + 1_000, ""));
        assertThat(lifecycle.next(longRun, end, NOW + FIVE_MINUTES - 1).state())
                .isEqualTo(new Backoff(7, NOW + FIVE_MINUTES - 1 + 30_000, ""));
    }

    @Test
    void killsWhatDoesNotStopInTime() {
        AgentLifecycle lifecycle = lifecycle(RestartPolicy.ALWAYS);
        AgentState stopping =
                lifecycle.next(in("Running"), new StopRequested(), NOW).state();
        assertThat(stopping.deadline()).isEqualTo(NOW + 8_000);
        Transition late = lifecycle.next(stopping, new TimerFired(), NOW + 8_000);
        assertThat(late).isEqualTo(Transition.to(new Stopping(AgentState.NEVER), new Action.Kill()));
        Transition ended = lifecycle.next(late.state(), new Exited(RunEnd.of(RunEnd.Way.KILLED, "")), NOW + 8_001);
        assertThat(ended.state()).isEqualTo(new Stopped(""));
    }

    @Test
    void killsWhatDoesNotComeToItsProgramInTime() {
        AgentLifecycle lifecycle = lifecycle(RestartPolicy.NEVER);
        Transition late = lifecycle.next(in("Starting"), new TimerFired(), NOW + 60_000);
        assertThat(late).isEqualTo(Transition.to(new Starting(0, AgentState.NEVER), new Action.Kill()));
        assertThat(lifecycle
                        .next(late.state(), new Exited(RunEnd.of(RunEnd.Way.KILLED, "")), NOW + 60_001)
                        .state())
                .isEqualTo(new Failed(
                        "its program did not run within 60 s of its start (5 min more where its guest repairs"
                                + " a disk), so it was killed"));
    }

    /** A start that repaired a large disk was once killed in the middle of it; one that is being killed stays that. */
    @Test
    void aRepairGivesAStartMoreTime() {
        AgentLifecycle lifecycle = lifecycle(RestartPolicy.NEVER);
        long more = 360_000;
        assertThat(lifecycle.next(in("Starting"), new Repairing(), NOW + 50_000))
                .isEqualTo(Transition.to(new Starting(0, NOW + 50_000 + more)));
        for (AgentState state : List.of(new Starting(0, AgentState.NEVER), in("Running"), in("Stopping"))) {
            assertThat(lifecycle.next(state, new Repairing(), NOW)).isEqualTo(Transition.to(state));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Starting, Banned, Kill",
        "Running, Banned, Kill",
        "Stopping, Banned, Kill",
        "Banned, Banned, -",
        "Stopped, Failed, EmitFailed",
        "Backoff, Failed, EmitFailed",
        "Failed, Failed, EmitFailed"
    })
    void aBannedRunIsKilled(String before, String after, String actions) {
        Transition got = lifecycle(RestartPolicy.ALWAYS).next(in(before), new Ban("canary"), NOW);
        assertThat(name(got.state())).isEqualTo(after);
        assertThat(actions(got)).isEqualTo(actions);
    }

    @Test
    void nobodyButTheOperatorStartsABannedAgentAgain() {
        AgentLifecycle lifecycle = lifecycle(RestartPolicy.ALWAYS);
        AgentState ended = lifecycle
                .next(in("Banned"), new Exited(new RunEnd(RunEnd.Way.EXITED, 0, "")), NOW)
                .state();
        assertThat(ended).isEqualTo(new Failed("canary"));
        assertThat(lifecycle.next(ended, new StartRequested("operator"), NOW).actions())
                .containsExactly(new Action.Launch("operator"));
        assertThat(lifecycle
                        .next(in("Starting"), new LaunchFailed("canary", true), NOW)
                        .state())
                .isEqualTo(new Failed("canary"));
    }

    @ParameterizedTest
    @CsvSource({"Running, Kill", "Starting, -", "Stopping, -", "Banned, -", "Stopped, -", "Backoff, -", "Failed, -"})
    void anUnhealthyRunIsKilledAndThenFollowsItsPolicy(String before, String actions) {
        Transition got = lifecycle(RestartPolicy.ON_FAILURE).next(in(before), new Unhealthy("503"), NOW);
        AgentState unhealthy = new Running(0, NOW, "503");
        assertThat(got.state()).isEqualTo(before.equals("Running") ? unhealthy : in(before));
        assertThat(actions(got)).isEqualTo(actions);
        AgentEvent killed = new Exited(RunEnd.of(RunEnd.Way.KILLED, ""));
        assertThat(name(lifecycle(RestartPolicy.ON_FAILURE)
                        .next(unhealthy, killed, NOW)
                        .state()))
                .isEqualTo("Backoff");
        assertThat(lifecycle(RestartPolicy.NEVER).next(unhealthy, killed, NOW).state())
                .isEqualTo(new Failed("503"));
    }
}
