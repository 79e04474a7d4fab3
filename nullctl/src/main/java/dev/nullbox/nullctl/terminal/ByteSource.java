package dev.nullbox.nullctl.terminal;

import java.util.OptionalLong;

/** Bytes of this machine on their way to the appliance, in order. */
public interface ByteSource extends AutoCloseable {
    /** Number of bytes as far as it is known beforehand; for people. */
    OptionalLong expected();

    /** The next bytes, fewer than asked for only at the end; none after it. */
    byte[] read(int max) throws UsageException;

    @Override
    void close() throws UsageException;
}
