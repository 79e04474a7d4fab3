package dev.nullbox.natives.filesystem;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Type, space and inodes of a mounted file system. {@code FileStore} has no inodes. Below a directory with a project
 * quota XFS gives the quota's figures in place of the file system's, where those are smaller.
 *
 * <pre>
 * struct statfs   0 f_type | 8 f_bsize | 16 f_blocks | 24 f_bfree | 32 f_bavail | 40 f_files | 48 f_ffree
 *                 | 56 f_fsid | 64 f_namelen | 72 f_frsize | 80 f_flags | 88 f_spare[4], each of 8 bytes
 * </pre>
 *
 * @param type a magic number of {@link dev.nullbox.natives.linux.Filesystems}
 * @param totalBytes size of the file system
 * @param freeBytes free bytes, those reserved for root included
 * @param availableBytes free bytes for all users
 * @param inodes most inodes; 0 where the file system has no bound
 * @param freeInodes free inodes
 */
public record FilesystemStat(
        long type, long totalBytes, long freeBytes, long availableBytes, long inodes, long freeInodes) {
    static final int STATFS_BYTES = 120;

    private static final int BLOCK_BYTES = 72;
    private static final int BLOCKS = 16;
    private static final int FREE = 24;
    private static final int AVAILABLE = 32;
    private static final int FILES = 40;
    private static final int FREE_FILES = 48;

    /**
     * The file system that the path lies in. Source: statfs(2).
     *
     * @throws SyscallException when there is no such path
     */
    public static FilesystemStat of(Libc libc, Path path) throws SyscallException {
        byte[] struct = new byte[STATFS_BYTES];
        libc.statfs(path.toString(), struct).orThrow("statfs " + path);
        ByteBuffer statfs = ByteBuffer.wrap(struct).order(ByteOrder.LITTLE_ENDIAN);
        long block = statfs.getLong(BLOCK_BYTES);
        return new FilesystemStat(
                statfs.getLong(0),
                block * statfs.getLong(BLOCKS),
                block * statfs.getLong(FREE),
                block * statfs.getLong(AVAILABLE),
                statfs.getLong(FILES),
                statfs.getLong(FREE_FILES));
    }
}
