package dev.nullbox.smoketest;

import java.io.IOException;

/** A stick in a USB 2 port, by the BIOS. */
final class StickByBiosVmIT extends WrittenBoot {
    StickByBiosVmIT() throws IOException, InterruptedException {
        super(Boot.Socket.USB_2, "rtl8139", false);
    }
}
