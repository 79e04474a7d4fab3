package dev.nullbox.nulld.supervise;

/** How a process ended. */
public sealed interface ExitStatus {
    /** By itself, with this code. */
    record Code(int code) implements ExitStatus {}

    /** By this signal. */
    record Signal(int signal) implements ExitStatus {}

    /** By the kernel, which needed its memory: its limit in MiB. */
    record OutOfMemory(long limitMib) implements ExitStatus {}

    /** From waitpid(2)'s status, by its macros' definitions. */
    static ExitStatus of(int waitStatus) {
        int signal = waitStatus & 0x7f;
        return signal == 0 ? new Code((waitStatus >> 8) & 0xff) : new Signal(signal);
    }

    /** For people. */
    default String describe() {
        return switch (this) {
            case Code(var code) when code == 127 -> "exit code 127: its program is missing or cannot be executed";
            case Code(var code) -> "exit code " + code;
            case Signal(var signal) -> "signal " + signal;
            case OutOfMemory(var limit) -> "out of memory: killed by the kernel; its limit is " + limit + " MiB";
        };
    }
}
