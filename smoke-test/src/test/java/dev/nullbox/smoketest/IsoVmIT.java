package dev.nullbox.smoketest;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The bootable medium, by both kinds of firmware. Its kernel command line is its own: so the operator is who asks. */
final class IsoVmIT {
    private static final long PAUSE_MS = 1_000;
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @Test
    void bootsByBios() throws Exception {
        becomesReady(new Boot.Medium.BiosIso(Inputs.iso()));
    }

    @Test
    void bootsByEfi() throws Exception {
        becomesReady(new Boot.Medium.EfiIso(Inputs.iso(), Inputs.ovmf()));
    }

    private static void becomesReady(Boot.Medium medium) throws IOException, InterruptedException {
        try (Appliance appliance = Appliance.start(Boot.of(medium, Inputs.accelerator()))) {
            Nullctl nullctl = Nullctl.of(appliance.managementPort());
            long end = System.nanoTime() + LIMIT.toNanos();
            Nullctl.Result result = nullctl.run("status", "--json");
            while (!isReady(result)) {
                if (System.nanoTime() > end || !appliance.isRunning()) {
                    throw appliance.failure("not ready within " + LIMIT.toSeconds() + " s; nullctl status: " + result);
                }
                // There is nothing to be told by: the appliance is asked anew.
                Thread.sleep(PAUSE_MS);
                result = nullctl.run("status", "--json");
            }
        }
    }

    private static boolean isReady(Nullctl.Result status) {
        return status.code() == 0
                && JsonParser.parseString(status.output())
                        .getAsJsonObject()
                        .get("state")
                        .getAsString()
                        .equals("ready");
    }
}
