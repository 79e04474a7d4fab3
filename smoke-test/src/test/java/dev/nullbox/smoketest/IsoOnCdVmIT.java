package dev.nullbox.smoketest;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The ISO on a CD-ROM, by EFI firmware. The one for tests tells its events on the second serial port. */
final class IsoOnCdVmIT extends HelloBoot {
    IsoOnCdVmIT() {
        super(new Boot.Medium.EfiCdRom(Inputs.iso(), Inputs.ovmf()));
    }

    /** Ends the boot. */
    @Order(4)
    @Test
    void theOperatorPowersItOff() throws Exception {
        hello().powersOffByTheOperator();
    }
}
