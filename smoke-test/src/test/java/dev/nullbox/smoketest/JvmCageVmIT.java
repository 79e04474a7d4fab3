package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The image whose cage runs on a JVM, so that the java.lang.foreign binding of libkrun starts a real microVM too. */
final class JvmCageVmIT extends HelloBoot {
    private static final int SIGTERM = 15;

    JvmCageVmIT() {
        super(new Boot.Medium.Direct(Inputs.kernel(), Inputs.jvmInitramfs(), Inputs.jvmRoot()));
    }

    @Order(4)
    @Test
    void itsCageRunsOnAJvm() throws Exception {
        assertThat(hello().appliance().askChaos("memory", Appliance.SHORT))
                .contains(" java=")
                .doesNotContain(" cage=");
    }

    /** Ends the boot. Here because no other boot of a test image is left to end so: see WallsVmIT. */
    @Order(5)
    @Test
    void sigtermToPid1PowersItOffInOrder() throws Exception {
        hello().powersOffBySignal(SIGTERM, "SIGTERM");
    }
}
