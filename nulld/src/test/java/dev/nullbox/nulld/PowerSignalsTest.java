package dev.nullbox.nulld;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.nulld.shutdown.Power;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What NulldEndIT cannot time: a signal before anybody listens. */
class PowerSignalsTest {
    private static final NulldEvent.PowerAsked EARLY = new NulldEvent.PowerAsked(Power.POWER_OFF, "early");
    private static final NulldEvent.PowerAsked LATE = new NulldEvent.PowerAsked(Power.REBOOT, "late");

    @Test
    void keepsWhatComesBeforeSomebodyListens() {
        PowerSignals signals = new PowerSignals();
        List<NulldEvent.PowerAsked> heard = new ArrayList<>();
        signals.raised(EARLY);
        signals.to(heard::add);
        assertThat(heard).containsExactly(EARLY);
        signals.raised(LATE);
        assertThat(heard).containsExactly(EARLY, LATE);
    }

    @Test
    void saysNothingWhenNothingCame() {
        List<NulldEvent.PowerAsked> heard = new ArrayList<>();
        new PowerSignals().to(heard::add);
        assertThat(heard).isEmpty();
    }
}
