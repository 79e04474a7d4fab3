package dev.nullbox.warden;

/** The part of a vault's header that is not a count: which vault, how often written, which sequence number is next. */
final class VaultHeader {
    private final byte[] vaultId;
    private final long generation;
    private final long nextSequence;

    VaultHeader(byte[] vaultId, long generation, long nextSequence) {
        this.vaultId = vaultId.clone();
        this.generation = generation;
        this.nextSequence = nextSequence;
    }

    byte[] vaultId() {
        return vaultId.clone();
    }

    long generation() {
        return generation;
    }

    long nextSequence() {
        return nextSequence;
    }

    /** The header of the next writing, which uses up a sequence number or none. */
    VaultHeader next(int sequences) {
        return new VaultHeader(vaultId, Math.incrementExact(generation), Math.addExact(nextSequence, sequences));
    }
}
