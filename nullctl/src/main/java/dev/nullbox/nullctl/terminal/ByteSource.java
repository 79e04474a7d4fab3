package dev.nullbox.nullctl.terminal;

import java.util.OptionalLong;

/** Source of bytes on this machine that are sent to the appliance, in order. */
public interface ByteSource extends AutoCloseable {
    /** Number of bytes, if known beforehand; for progress. */
    OptionalLong expected();

    /** The next bytes, fewer than asked for only at the end; none after it. */
    byte[] read(int max) throws UsageException;

    @Override
    void close() throws UsageException;
}
