package dev.nullbox.cage.agent;

import dev.nullbox.cage.guest.GuestEnd;
import dev.nullbox.cage.jail.CageExit;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.service.process.ExitStatus;
import java.util.Locale;
import java.util.Optional;

/**
 * End of a run. The guest's report counts when there is one; the VMM's own exit status is never the agent's.
 *
 * @param number the exit code or the signal, where the way has one; else 0
 * @param text explanation; may be empty
 */
public record RunEnd(Way way, int number, String text) {
    /** The ways in which a run ends. */
    public enum Way {
        /** The agent exited with a code. */
        EXITED("exited with code"),
        /** A signal ended the agent. */
        SIGNALLED("was ended by signal"),
        /** The guest's kernel killed the agent for lack of memory. */
        OUT_OF_MEMORY("ran out of its guest's memory; give it more by max_memory_mb"),
        /** The agent restarted its machine. */
        REBOOT("asked for a restart of its machine"),
        /** The agent switched its machine off. */
        POWER_OFF("switched its machine off"),
        /** There is no such command. */
        NOT_FOUND("has no such command in its image; check agent.command"),
        /** The command is no program that can be run. */
        NOT_EXECUTABLE("has a command that cannot be executed; check its mode, its interpreter and its libraries"),
        /** The guest could not be made ready. */
        SETUP("had a guest that could not be set up"),
        /** The guest ended without a report: its kernel or its init failed. */
        CRASH("had a guest that ended without a report"),
        /** The guest was silent for too long, and was killed. */
        HANG("had a guest that hung, and was killed"),
        /** The guest broke the protocol of its control channel, and was killed. */
        PROTOCOL("had a guest that broke the protocol of its control channel, and was killed"),
        /** The VMM was killed at the limit of its control group. */
        VMM_OUT_OF_MEMORY("had a VMM that ran out of memory"),
        /** The VMM made a system call that no VMM makes. */
        COMPROMISED("had a VMM that was killed for a forbidden system call"),
        /** It was killed at the end of its stop timeout. */
        KILLED("was killed"),
        /** The time that it was given was over. */
        TIMED_OUT("was ended when its time was over"),
        /** It was never started: a part of the sandbox or of the appliance was missing. */
        NOT_STARTED("was not started");

        private final String words;

        Way(String words) {
            this.words = words;
        }

        /** The name in events and answers. */
        public String key() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** The end in the guest's report. */
    static RunEnd of(GuestEnd end) {
        Way way = switch (end.how()) {
            case EXITED -> Way.EXITED;
            case SIGNALLED -> Way.SIGNALLED;
            case OUT_OF_MEMORY -> Way.OUT_OF_MEMORY;
            case REBOOT -> Way.REBOOT;
            case POWER_OFF -> Way.POWER_OFF;
            case NOT_FOUND -> Way.NOT_FOUND;
            case NOT_EXECUTABLE -> Way.NOT_EXECUTABLE;
            case SETUP -> Way.SETUP;
        };
        return new RunEnd(way, end.code(), end.text());
    }

    /** The end of a VMM before its guest began; its code is cage's own then. */
    static RunEnd notStarted(ExitStatus status) {
        int code = status instanceof ExitStatus.Code(int value) ? value : 0;
        return new RunEnd(Way.NOT_STARTED, code, "the jail " + CageExit.explain(status));
    }

    static RunEnd of(Way way, String text) {
        return new RunEnd(way, 0, text);
    }

    /** Tells whether nothing failed. */
    boolean isSuccess() {
        return way == Way.POWER_OFF || (way == Way.EXITED && number == 0);
    }

    /** Tells whether another try cannot help. */
    boolean isPermanent() {
        return way == Way.COMPROMISED || (way == Way.NOT_STARTED && CageExit.isPermanent(new ExitStatus.Code(number)));
    }

    /** One line of explanation. */
    public String explain() {
        String ended = way == Way.EXITED || way == Way.SIGNALLED ? way.words + " " + number : way.words;
        return text.isEmpty() ? ended : ended + ": " + text;
    }

    /** The form in events and answers. */
    public Message describe() {
        return Message.of(AgentContract.HOW.is(way.key()))
                .and(Fields.CODE, Optional.of((long) number).filter(_ -> way == Way.EXITED))
                .and(Fields.SIGNAL, Optional.of((long) number).filter(_ -> way == Way.SIGNALLED))
                .and(Fields.WHY, Optional.of(text).filter(line -> !line.isEmpty()));
    }
}
