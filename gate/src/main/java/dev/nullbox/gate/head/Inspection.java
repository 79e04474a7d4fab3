package dev.nullbox.gate.head;

/** Outcome of a look at the bytes that an agent has sent and that have not passed yet. */
public sealed interface Inspection {
    /** More bytes are needed to decide. */
    record More() implements Inspection {}

    /**
     * The connection states this name; it may pass only if egress allows it.
     *
     * @param name in lower case, without the trailing dot
     */
    record Ask(String name) implements Inspection {}

    /**
     * Bytes that may pass, those not received yet among them.
     *
     * @param bytes at least one
     */
    record Pass(long bytes) implements Inspection {}

    /**
     * The connection ends.
     *
     * @param why cause, for people
     */
    record Refuse(String why) implements Inspection {}
}
