package dev.nullbox.nulld.boot;

import dev.nullbox.nulld.linux.BlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/**
 * Content of a partition, as recognised by its first bytes.
 *
 * <pre>
 * offset  size  field
 *      0     4  XFS: magic "XFSB"
 *     32    16  XFS: sb_uuid
 *    126     1  XFS: sb_inprogress, not 0 until mkfs has ended
 *      0    17  a new file system is requested: "nullbox-data new\n", and zeros
 *   1080     2  ext4: s_magic 0xEF53, little endian
 *   1128    16  ext4: s_uuid
 * </pre>
 *
 * Source: linux/fs/xfs/libxfs/xfs_format.h, linux/Documentation/filesystems/ext4/super.rst.
 */
public sealed interface DataContent {
    /** XFS. */
    record Xfs(UUID uuid) implements DataContent {}

    /** ext4, the file system of former appliances. */
    record Ext4(UUID uuid) implements DataContent {}

    /** Zeros, or an XFS whose creation was interrupted: nothing to lose. */
    record Blank(boolean isUnfinished) implements DataContent {}

    /** The mark of {@code nullctl disk install} and {@code format}, which only our own writing puts there. */
    record Requested() implements DataContent {}

    /** Bytes that are none of these. */
    record Foreign() implements DataContent {}

    /** Bytes at the start that are zeros in a blank partition: mkfs.xfs overwrites so many first. */
    int HEAD_BYTES = 128 << 10;

    /** The first bytes of a partition that the next boot gives a file system. */
    static byte[] requested() {
        return Arrays.copyOf("nullbox-data new\n".getBytes(StandardCharsets.US_ASCII), HEAD_BYTES);
    }

    /**
     * Reads the start of a partition.
     *
     * @throws IOException when it cannot be read
     */
    static DataContent of(BlockDevice device) throws IOException {
        Optional<byte[]> head = device.read(0, HEAD_BYTES);
        return head.isPresent() ? of(head.get()) : new Foreign();
    }

    /** Classifies the first {@link #HEAD_BYTES} of a partition. */
    static DataContent of(byte[] head) {
        ByteBuffer bytes = ByteBuffer.wrap(head);
        if (bytes.getInt(0) == 0x58465342) {
            return bytes.get(126) == 0 ? new Xfs(uuid(bytes, 32)) : new Blank(true);
        }
        if (bytes.getShort(1080) == 0x53EF) {
            return new Ext4(uuid(bytes, 1128));
        }
        if (Arrays.equals(head, requested())) {
            return new Requested();
        }
        for (byte b : head) {
            if (b != 0) {
                return new Foreign();
            }
        }
        return new Blank(false);
    }

    private static UUID uuid(ByteBuffer bytes, int offset) {
        return new UUID(bytes.getLong(offset), bytes.getLong(offset + Long.BYTES));
    }
}
