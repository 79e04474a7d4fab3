package dev.nullbox.nullctl.terminal;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;

/** Source of unknown length: standard input, a pipe, an archive that is made while it is read. */
public final class StreamSource implements ByteSource {
    private final String name;
    private final InputStream in;
    private final OptionalLong expected;

    /**
     * @param name of the stream, for messages
     * @param expected number of bytes, or about that many
     */
    public StreamSource(String name, InputStream in, OptionalLong expected) {
        this.name = name;
        this.in = in;
        this.expected = expected;
    }

    @Override
    public OptionalLong expected() {
        return expected;
    }

    @Override
    public byte[] read(int max) throws UsageException {
        try {
            return in.readNBytes(max);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    @Override
    public void close() throws UsageException {
        try {
            in.close();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private UsageException unreadable(IOException cause) {
        return new UsageException("cannot read " + name + ": "
                + Optional.ofNullable(cause.getMessage())
                        .orElse(cause.getClass().getSimpleName()));
    }
}
