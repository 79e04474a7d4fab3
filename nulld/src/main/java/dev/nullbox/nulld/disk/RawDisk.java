package dev.nullbox.nulld.disk;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.device.BlockDevices;
import dev.nullbox.natives.linux.OpenFlags;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A disk as a row of bytes, open for this program alone: the kernel mounts nothing of it meanwhile (open(2), O_EXCL). */
final class RawDisk implements AutoCloseable {
    private final Libc libc;
    private final int held;
    private final FileChannel channel;

    private RawDisk(Libc libc, int held, FileChannel channel) {
        this.libc = libc;
        this.held = held;
        this.channel = channel;
    }

    /** @throws IOException when it cannot be opened, as when a part of it is in use */
    static RawDisk open(Libc libc, Path node) throws IOException {
        int held = libc.open(node.toString(), OpenFlags.O_RDONLY | OpenFlags.O_EXCL | OpenFlags.O_CLOEXEC, 0)
                .orThrow("open " + node);
        try {
            return new RawDisk(libc, held, FileChannel.open(node, StandardOpenOption.READ, StandardOpenOption.WRITE));
        } catch (IOException e) {
            var _ = libc.close(held);
            throw e;
        }
    }

    void write(long offset, byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            channel.write(left, offset + left.position());
        }
    }

    byte[] read(long offset, int length) throws IOException {
        return read(channel, offset, length);
    }

    static byte[] read(FileChannel from, long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (from.read(bytes, offset + bytes.position()) < 0) {
                throw new IOException("it ends after " + (offset + bytes.position()) + " bytes");
            }
        }
        return bytes.array();
    }

    /** Has all that was written on the disk; what is read next comes from there, not from the cache (linux/fs.h). */
    void flush() throws IOException {
        channel.force(true);
        libc.ioctl(held, BlockDevices.BLKFLSBUF, 0).orThrow("ioctl BLKFLSBUF");
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            var _ = libc.close(held);
        }
    }
}
