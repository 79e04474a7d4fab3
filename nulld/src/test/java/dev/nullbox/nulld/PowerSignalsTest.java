package dev.nullbox.nulld;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.nulld.shutdown.Power;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Signals before the listener is there, which NulldEndIT cannot time. */
class PowerSignalsTest {
    private static final NulldEvent.PowerRequested EARLY = new NulldEvent.PowerRequested(Power.POWER_OFF, "early");
    private static final NulldEvent.PowerRequested LATE = new NulldEvent.PowerRequested(Power.REBOOT, "late");

    @Test
    void keepsWhatComesBeforeSomebodyListens() {
        PowerSignals signals = new PowerSignals();
        List<NulldEvent.PowerRequested> heard = new ArrayList<>();
        signals.raised(EARLY);
        signals.to(heard::add);
        assertThat(heard).containsExactly(EARLY);
        signals.raised(LATE);
        assertThat(heard).containsExactly(EARLY, LATE);
    }

    @Test
    void saysNothingWhenNothingCame() {
        List<NulldEvent.PowerRequested> heard = new ArrayList<>();
        new PowerSignals().to(heard::add);
        assertThat(heard).isEmpty();
    }
}
