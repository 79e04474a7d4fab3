package dev.nullbox.cage.disk;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Fiemap;
import dev.nullbox.natives.linux.OpenFlags;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Room that a sparse file takes on the disk and shares with no other file.
 *
 * <p>{@code struct fiemap}, 32 bytes, and {@code struct fiemap_extent}, 56 bytes (linux/fiemap.h):
 *
 * <pre>
 * offset  size  field
 *      0     8  fm_start           where in the file the answer begins
 *      8     8  fm_length          how much of the file is asked for
 *     16     4  fm_flags           0
 *     20     4  fm_mapped_extents  answer: how many extents follow
 *     24     4  fm_extent_count    room for them
 *     28     4  fm_reserved
 *
 *      0     8  fe_logical         where in the file it begins
 *      8     8  fe_physical
 *     16     8  fe_length
 *     24    16  fe_reserved64
 *     40     4  fe_flags           FIEMAP_EXTENT_*
 *     44    12  fe_reserved
 * </pre>
 */
final class Extents {
    private static final int HEADER = 32;
    private static final int EXTENT = 56;
    private static final int COUNT = 256;
    private static final int FM_LENGTH = 8;
    private static final int FM_MAPPED_EXTENTS = 20;
    private static final int FM_EXTENT_COUNT = 24;
    private static final int FE_LENGTH = 16;
    private static final int FE_FLAGS = 40;

    private Extents() {}

    /**
     * Bytes that the file shares with no other; 0 for a removed file, and on a file system without FIEMAP, as tmpfs.
     *
     * @throws SyscallException when it cannot be opened or queried
     */
    static long allocated(Libc libc, Path file) throws SyscallException {
        int flags = OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC | OpenFlags.O_NOFOLLOW;
        SysResult opened = libc.open(file.toString(), flags, 0);
        if (opened.failedWith(Errno.ENOENT)) {
            return 0;
        }
        int fd = opened.orThrow("open " + file);
        try {
            return sum(libc, fd, file);
        } finally {
            libc.close(fd);
        }
    }

    private static long sum(Libc libc, int fd, Path file) throws SyscallException {
        long sum = 0;
        long start = 0;
        while (true) {
            ByteBuffer map = ByteBuffer.allocate(HEADER + COUNT * EXTENT).order(ByteOrder.LITTLE_ENDIAN);
            map.putLong(0, start).putLong(FM_LENGTH, Long.MAX_VALUE - start).putInt(FM_EXTENT_COUNT, COUNT);
            SysResult asked = libc.ioctl(fd, Fiemap.FS_IOC_FIEMAP, map.array());
            if (asked.failedWith(Errno.ENOTSUP) || asked.failedWith(Errno.ENOTTY)) {
                return 0;
            }
            asked.orThrow("FS_IOC_FIEMAP " + file);
            int mapped = Math.min(map.getInt(FM_MAPPED_EXTENTS), COUNT);
            for (int at = HEADER; at < HEADER + mapped * EXTENT; at += EXTENT) {
                long length = map.getLong(at + FE_LENGTH);
                int extent = map.getInt(at + FE_FLAGS);
                start = map.getLong(at) + length;
                sum += (extent & Fiemap.FIEMAP_EXTENT_SHARED) == 0 ? length : 0;
                if ((extent & Fiemap.FIEMAP_EXTENT_LAST) != 0) {
                    return sum;
                }
            }
            if (mapped == 0) {
                return sum;
            }
        }
    }
}
