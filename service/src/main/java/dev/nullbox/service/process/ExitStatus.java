package dev.nullbox.service.process;

/** End of a process. */
public sealed interface ExitStatus {
    /** The process exited with this code. */
    record Code(int code) implements ExitStatus {}

    /** A signal ended it. */
    record Signal(int signal) implements ExitStatus {}

    /** The kernel killed it when its control group reached its memory limit, in MiB. */
    record OutOfMemory(long limitMib) implements ExitStatus {}

    /** The end that waitpid(2)'s status describes, by its macros' definitions. */
    static ExitStatus of(int waitStatus) {
        int signal = waitStatus & 0x7f;
        return signal == 0 ? new Code((waitStatus >> 8) & 0xff) : new Signal(signal);
    }

    /** Tells whether it is exit code 0. */
    default boolean isSuccess() {
        return this instanceof Code(var code) && code == 0;
    }

    /** The end in words. */
    default String describe() {
        return switch (this) {
            case Code(var code) when code == 127 -> "exit code 127: its program is missing or cannot be executed";
            case Code(var code) -> "exit code " + code;
            case Signal(var signal) -> "signal " + signal;
            case OutOfMemory(var limit) -> "out of memory: killed by the kernel; its limit is " + limit + " MiB";
        };
    }
}
