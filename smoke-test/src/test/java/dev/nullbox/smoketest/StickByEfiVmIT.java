package dev.nullbox.smoketest;

import java.io.IOException;

/** A stick in a USB 3 port, by EFI firmware. */
final class StickByEfiVmIT extends WrittenBoot {
    StickByEfiVmIT() throws IOException, InterruptedException {
        super(Boot.Socket.USB_3, "e1000e", true);
    }
}
