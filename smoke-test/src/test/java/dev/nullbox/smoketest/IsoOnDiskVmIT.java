package dev.nullbox.smoketest;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The ISO byte by byte on a SATA disk, as dd writes it, by the BIOS. */
final class IsoOnDiskVmIT extends HelloBoot {
    IsoOnDiskVmIT() {
        super(new Boot.Medium.BiosDisk(Inputs.iso()));
    }

    /** Ends the boot. */
    @Order(4)
    @Test
    void theOperatorPowersItOff() throws Exception {
        hello().powersOffByTheOperator();
    }
}
