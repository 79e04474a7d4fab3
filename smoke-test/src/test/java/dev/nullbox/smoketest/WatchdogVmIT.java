package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The hardware watchdog, QEMU's i6300esb: fed by PID 1's loop alone, and disarmed at an orderly end. */
final class WatchdogVmIT {
    /** For a service's silence, its stop and its start. */
    private static final Duration SILENCE = Duration.ofMinutes(4);
    /** For a timeout of 60 s, which the device counts in two stages. */
    private static final Duration TIMEOUT = Duration.ofMinutes(4);

    private static final String ARMED = "the watchdog i6300ESB timer is armed: 60 s after PID 1 or the kernel hangs";

    private static Appliance start() throws IOException {
        List<String> machine = new ArrayList<>(Inputs.accelerator().arguments());
        // -no-reboot: QEMU ends where the machine would start again. Without noreboot the chip set has one of its own.
        machine.addAll(List.of("-device", "i6300esb", "-action", "watchdog=reset"));
        machine.addAll(List.of("-global", "ICH9-LPC.noreboot=true"));
        return Appliance.start(Boot.of(
                        new Boot.Medium.Direct(Inputs.kernel(), Inputs.chaosInitramfs(), Inputs.chaosRoot()),
                        Inputs.accelerator())
                .withProcessor(machine));
    }

    @Test
    void silentServiceIsStartedAnewAndAHungPidOneRestartsTheMachine() throws IOException, InterruptedException {
        try (Appliance appliance = start()) {
            appliance.awaitEvent(event -> event.is("appliance.ready"), Appliance.LONG, "appliance.ready");
            assertThat(appliance.console()).contains(ARMED);
            int from = appliance.log().all().size();
            assertThat(appliance.askChaos("stop warden", Appliance.SHORT)).startsWith("stopped warden");
            Event failed = appliance.awaitEventAfter(
                    from,
                    event -> event.is("service.failed", "service", "warden"),
                    SILENCE,
                    "the silence to be noticed");
            assertThat(failed.text("why")).isEqualTo("no heartbeat for 60 s");
            appliance.awaitEventAfter(
                    from, event -> event.is("service.ready", "service", "warden"), Appliance.LONG, "a new warden");
            // The others have beaten, and it was fed: for longer than a timeout.
            assertThat(appliance.isRunning()).isTrue();
            assertThat(appliance.log().all().subList(from, appliance.log().all().size()))
                    .filteredOn(event -> event.is("service.failed"))
                    .hasSize(1);
            assertThat(appliance.askChaos("freeze", Appliance.SHORT)).isEqualTo("freeze ok");
            appliance.awaitExit(TIMEOUT);
            assertThat(appliance.log().find(from, event -> event.is("shutdown.phase")))
                    .isEmpty();
        }
    }

    @Test
    void orderlyEndDisarmsIt() throws IOException, InterruptedException {
        try (Appliance appliance = start()) {
            appliance.awaitEvent(event -> event.is("appliance.ready"), Appliance.LONG, "appliance.ready");
            assertThat(appliance.console()).contains(ARMED);
            // SIGTERM: power off in order.
            assertThat(appliance.askChaos("init 15", Appliance.SHORT)).isEqualTo("init 15");
            appliance.awaitEvent(event -> event.is("shutdown.phase", "phase", "power-off"), Appliance.LONG, "the end");
            appliance.awaitExit(Appliance.LONG);
            assertThat(appliance.console()).doesNotContain("watchdog did not stop");
        }
    }
}
