package dev.nullbox.nullctl.terminal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** File of this machine that is sent to the appliance. */
public final class LocalFile implements ByteSource {
    private final Path place;
    private final long bytes;
    private final InputStream in;
    private long read;

    private LocalFile(Path place, long bytes, InputStream in) {
        this.place = place;
        this.bytes = bytes;
        this.in = in;
    }

    public static LocalFile open(Path place) throws UsageException {
        try {
            if (!Files.isRegularFile(place)) {
                throw new UsageException(place + (Files.exists(place) ? " is no file" : " is not there"));
            }
            long bytes = Files.size(place);
            if (bytes == 0) {
                throw new UsageException(place + " has no bytes");
            }
            return new LocalFile(place, bytes, Files.newInputStream(place));
        } catch (IOException e) {
            throw unreadable(place, e);
        }
    }

    /** Number of bytes when it was opened. */
    public long bytes() {
        return bytes;
    }

    @Override
    public OptionalLong expected() {
        return OptionalLong.of(bytes);
    }

    /**
     * The next bytes, fewer than asked for only at the end; bytes that are added to the file meanwhile are left out.
     *
     * @throws UsageException also when the file has become shorter
     */
    @Override
    public byte[] read(int max) throws UsageException {
        try {
            int count = (int) Math.min(max, bytes - read);
            byte[] next = in.readNBytes(count);
            read += next.length;
            if (next.length < count) {
                throw new UsageException(place + " became shorter while it was read");
            }
            return next;
        } catch (IOException e) {
            throw unreadable(place, e);
        }
    }

    @Override
    public void close() throws UsageException {
        try {
            in.close();
        } catch (IOException e) {
            throw unreadable(place, e);
        }
    }

    private static UsageException unreadable(Path place, IOException cause) {
        return new UsageException(
                "cannot read " + place + ": " + cause.getClass().getSimpleName());
    }
}
