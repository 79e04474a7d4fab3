package dev.nullbox.cage.jail;

import dev.nullbox.service.process.ExitStatus;
import java.util.Arrays;
import java.util.Optional;

/** Exit codes of an agent's process until its guest begins, each with its remedy. */
public enum CageExit {
    USAGE(64, "cage was started with arguments that it does not know", "start it without any"),
    CONFIG(65, "the configuration on standard input is not one", "report it: cage wrote it itself"),
    JAIL(
            69,
            "a part of the sandbox could not be put in force",
            "read the line before; the host's kernel may lack a namespace or a mount"),
    SANDBOX(
            70,
            "a part of the sandbox is missing, so no microVM was started",
            "report it: this is a fault of the appliance"),
    KVM(71, "/dev/kvm cannot be used", "turn on virtualisation in the firmware, or nested virtualisation in the host"),
    KRUN(72, "libkrun refused to start the microVM", "read the line before; the appliance's libkrun may not fit");

    private final int code;
    private final String meaning;
    private final String remedy;

    CageExit(int code, String meaning, String remedy) {
        this.code = code;
        this.meaning = meaning;
        this.remedy = remedy;
    }

    /** The process's exit code. */
    public int code() {
        return code;
    }

    /** Meaning and remedy, in one line. */
    public String explanation() {
        return meaning + "; " + remedy;
    }

    /** Tells whether another try cannot help: the fault is the appliance's, not the agent's. */
    public static boolean isPermanent(ExitStatus status) {
        return of(status).stream().anyMatch(CageExit::isPermanent);
    }

    private boolean isPermanent() {
        return switch (this) {
            case USAGE, CONFIG, SANDBOX, KVM, KRUN -> true;
            case JAIL -> false;
        };
    }

    /** The code of a status, when it is one of these. */
    public static Optional<CageExit> of(ExitStatus status) {
        return Arrays.stream(values())
                .filter(exit -> status.equals(new ExitStatus.Code(exit.code)))
                .findFirst();
    }

    /** The end of a process in one line, with the remedy where there is one. */
    public static String explain(ExitStatus status) {
        return switch (status) {
            case ExitStatus.Code(var code) ->
                "ended with exit code " + code
                        + of(status).map(exit -> ": " + exit.explanation()).orElse("");
            case ExitStatus.Signal(var signal) -> "ended by signal " + signal;
            case ExitStatus.OutOfMemory _ -> "ended: " + status.describe();
        };
    }
}
