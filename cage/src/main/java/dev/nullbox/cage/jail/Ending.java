package dev.nullbox.cage.jail;

/**
 * How a process ended: by exit code, or by a signal. Source: wait(2), the bits of a wait status.
 *
 * @param code exit code, or -1
 * @param signal signal number, or 0
 */
public record Ending(int code, int signal) {
    private static final int SIGNAL_MASK = 0x7f;
    private static final int CODE_SHIFT = 8;
    private static final int CODE_MASK = 0xff;

    public static Ending ofWaitStatus(int status) {
        int signal = status & SIGNAL_MASK;
        return signal == 0 ? new Ending(status >> CODE_SHIFT & CODE_MASK, 0) : new Ending(-1, signal);
    }

    public boolean isSuccess() {
        return code == 0;
    }

    /** Whether another try cannot end otherwise. */
    public boolean isPermanent() {
        return CageExit.of(code).map(CageExit::isPermanent).orElse(false);
    }

    /** One line for people, with the remedy where there is one. */
    public String explanation() {
        if (signal != 0) {
            return "ended by signal " + signal;
        }
        String ended = "ended with exit code " + code;
        return CageExit.of(code).map(exit -> ended + ": " + exit.explanation()).orElse(ended);
    }
}
