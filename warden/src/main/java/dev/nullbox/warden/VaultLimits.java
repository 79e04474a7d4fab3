package dev.nullbox.warden;

/** The bounds of a vault, and why each is there. */
public final class VaultLimits {
    /** Bytes of one value: a certificate chain with its key fits many times; base 64 of ten fits one RPC message. */
    public static final int MAX_VALUE_BYTES = 64 * 1024;

    /** Secrets in one vault: a list of them fits one RPC message. */
    public static final int MAX_SECRETS = 10_000;

    /** Bytes of the file: it is held in memory and written whole at each change, within warden's heap of 32 MiB. */
    public static final int MAX_FILE_BYTES = 8 * 1024 * 1024;

    /** Ways to open one vault: each is tried in turn. */
    public static final int MAX_SLOTS = 8;

    /** Bytes of one slot's body: room for a key derivation's parameters and an enrolled public key. */
    public static final int MAX_SLOT_BYTES = 4096;

    /** Secrets in one lease: a manifest that asks for more is a mistake. */
    public static final int MAX_LEASE_NAMES = 64;

    /** Bytes of all values in one lease: with base 64 and names they fit one RPC message of 1 MiB. */
    public static final int MAX_LEASE_BYTES = 640 * 1024;

    /** Agents with a lease at once: four times the appliance's agent slots. */
    public static final int MAX_LEASES = 256;

    private VaultLimits() {}
}
