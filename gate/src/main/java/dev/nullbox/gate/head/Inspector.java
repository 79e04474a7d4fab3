package dev.nullbox.gate.head;

/** Reader of all that one connection's agent sends, from its first byte on. */
public interface Inspector {
    /** Most bytes that an inspector needs at once. */
    int MOST = 24 * 1024;

    /**
     * Reads bytes that have not passed yet. After {@link Inspection.Ask} the same bytes are read again, once the name is
     * allowed; after {@link Inspection.Pass} those behind the ones that passed.
     *
     * @param bytes from the first that has not passed
     * @param length number of valid bytes, at least one
     */
    Inspection inspect(byte[] bytes, int length);
}
