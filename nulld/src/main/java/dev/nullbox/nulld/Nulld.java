package dev.nullbox.nulld;

import dev.nullbox.natives.Libc;

/** PID 1 of the appliance in its root: boots it, watches over its services, and ends it in order. */
final class Nulld {
    private final Boot boot;

    private Nulld(Boot boot) {
        this.boot = boot;
    }

    /** As it runs in the image. */
    static Nulld appliance(Libc libc, Clock clock, Journal journal) {
        return new Nulld(new Boot(libc, clock, journal, new Degraded(journal)));
    }

    /** Boots. */
    void run() throws BootException {
        boot.run();
    }
}
