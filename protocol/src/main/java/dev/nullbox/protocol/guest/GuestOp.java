package dev.nullbox.protocol.guest;

import java.util.Arrays;
import java.util.Optional;

/** Operation of a call. */
public enum GuestOp {
    /**
     * The first call on every connection: the guest's, with VERSION, ROLE and TOKEN, answered by the host's VERSION.
     */
    HELLO(1),
    /** The settings that a configuration has once. */
    SETUP(2),
    /** The next word of the agent's command. */
    WORD(3),
    /** One NAME=value of its environment. */
    ENV(4),
    /** A file to write, or, with APPEND, more of the file before. */
    FILE(5),
    /** A secret to write. */
    SECRET(6),
    /** Heartbeat of the guest. */
    HEARTBEAT(7),
    /** The agent's execve has succeeded. */
    STARTED(8),
    /** Wipes a secret. */
    WIPE(9),
    /** Sends the agent a signal, and ends the guest after a time at the latest. */
    STOP(10),
    /** Starts the Java tools if they do not run. */
    TOOLS(11),
    /** Sets the clock. */
    TIME(12),
    /** Asks for the agent's health. */
    CHECK(13),
    /** Runs a program beside the agent. */
    EXEC(14),
    /** End of a configuration; the guest may start. */
    GO(15),
    /** A disk's file system is being repaired, for which the start takes longer. */
    REPAIR(16),
    /** Packs files of the agent's as tar, or unpacks a tar among them: WORD says how, PATH where. */
    COPY(17),
    /** Connects to PORT of the guest's loopback address, for an operator. */
    DIAL(18),
    /**
     * Certificates (DATA, PEM) that the agent trusts beside its image's: the init writes both to PATH. TEXT is the file that
     * names the image's authorities, where it is another than usual.
     */
    TRUST(19);

    private final int number;

    GuestOp(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** The operation of the number; empty when there is none. */
    public static Optional<GuestOp> of(int number) {
        return Arrays.stream(values()).filter(op -> op.number() == number).findFirst();
    }
}
