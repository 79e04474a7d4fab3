package dev.nullbox.warden.vault;

import dev.nullbox.protocol.id.AgentSlot;

/** Bounds of a vault, each with its reason. */
public final class VaultLimits {
    /** Secrets in one vault: their names, versions and places are held in memory, some 200 bytes each. */
    public static final int MAX_SECRETS = 100_000;

    /** Versions of one secret: its history fits one RPC message. */
    public static final int MAX_VERSIONS = 1_000;

    /** Versions of all secrets: what is held in memory of each fits warden's heap. */
    public static final int MAX_ALL_VERSIONS = 200_000;

    /** Marks of deletion in one file: one for each secret, and those since the last rewrite. */
    public static final int MAX_MARKS = 200_000;

    /** Most records in one file: no vault writes more, and a file with more is refused. */
    public static final int MAX_RECORDS = MAX_ALL_VERSIONS + MAX_MARKS;

    /** Bytes of the file: the longest one is read and checked within an RPC call's deadline. */
    public static final long MAX_FILE_BYTES = 256L * 1024 * 1024;

    /** Bound of counters, sequence numbers and generations: never reached, and one more never overflows. */
    static final long MAX_COUNT = 1L << 62;

    /** Key slots of one vault: all fit the header. */
    public static final int MAX_SLOTS = 8;

    /** Agents with a lease at once: each that can run. */
    public static final int MAX_LEASES = AgentSlot.MAX;

    private VaultLimits() {}
}
