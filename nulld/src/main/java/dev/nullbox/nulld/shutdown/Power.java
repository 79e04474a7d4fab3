package dev.nullbox.nulld.shutdown;

import dev.nullbox.natives.linux.Reboot;

/** Kind of the machine's end. */
public enum Power {
    POWER_OFF("power-off", Reboot.RB_POWER_OFF),
    REBOOT("reboot", Reboot.RB_AUTOBOOT);

    private final String phase;
    private final int command;

    Power(String phase, int command) {
        this.phase = phase;
        this.command = command;
    }

    /** The name in shutdown events. */
    public String phase() {
        return phase;
    }

    /** The command of reboot(2). */
    int command() {
        return command;
    }
}
