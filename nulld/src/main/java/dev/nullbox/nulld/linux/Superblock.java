package dev.nullbox.nulld.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The SquashFS superblock of the image that was built with this kernel and initramfs: identifies its root among others.
 *
 * <pre>
 * offset  size  field
 *      0     4  magic "hsqs"
 *     40     8  bytes_used, little endian: the file system's length
 *     96        end of the superblock
 * </pre>
 *
 * Source: linux/fs/squashfs/squashfs_fs.h.
 */
public final class Superblock {
    public static final int BYTES = 96;
    private static final int BYTES_USED = 40;
    private static final byte[] MAGIC = {'h', 's', 'q', 's'};

    private final byte[] bytes;

    /** @param bytes the 96 bytes; taken over */
    Superblock(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Reads the initramfs' copy. */
    public static Superblock read(Path file) throws BootException {
        String remedy = "build the image anew: the initramfs does not belong to any root";
        try {
            byte[] bytes = Files.readAllBytes(file);
            if (bytes.length != BYTES || !Arrays.equals(Arrays.copyOf(bytes, MAGIC.length), MAGIC)) {
                throw new BootException(file + " is no SquashFS superblock of 96 bytes", remedy);
            }
            return new Superblock(bytes);
        } catch (IOException e) {
            throw new BootException("cannot read " + file + ": " + e, remedy);
        }
    }

    /** Tells whether these first bytes of a device or file are this superblock. */
    public boolean matches(byte[] head) {
        return Arrays.equals(bytes, head);
    }

    /** The file system's length in bytes. */
    public long bytesUsed() {
        long value = 0;
        for (int i = 7; i >= 0; i--) {
            value = (value << 8) | (bytes[BYTES_USED + i] & 0xff);
        }
        return value;
    }
}
