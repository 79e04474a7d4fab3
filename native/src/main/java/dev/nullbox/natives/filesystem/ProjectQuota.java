package dev.nullbox.natives.filesystem;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Filesystems;
import dev.nullbox.natives.linux.OpenFlags;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Project quotas: bounds of bytes and inodes for directory trees of an XFS, each tree by its project number. It is
 * mounted with prjquota; the caller has CAP_SYS_ADMIN.
 *
 * <pre>
 * struct fsxattr         0 u32 fsx_xflags | 4 u32 fsx_extsize | 8 u32 fsx_nextents | 12 u32 fsx_projid
 *                        | 16 u32 fsx_cowextsize | 20 fsx_pad[8]
 * struct fs_disk_quota   0 s8 d_version | 1 s8 d_flags | 2 u16 d_fieldmask | 4 u32 d_id | 8 u64 d_blk_hardlimit
 *                        | 16 u64 d_blk_softlimit | 24 u64 d_ino_hardlimit | 32 u64 d_ino_softlimit | 40 u64 d_bcount
 *                        | 48 u64 d_icount | 56 to 111 timers, warnings, the realtime volume's; blocks are of 512 bytes
 * struct fs_quota_stat   0 s8 qs_version | 2 u16 qs_flags | 8 to 79 files, timers, warnings
 * </pre>
 *
 * Source: quotactl(2), quotactl_fd(2), ioctl_fsgetxattr(2), linux/dqblk_xfs.h, linux/fs.h.
 */
public final class ProjectQuota {
    static final int FSXATTR_BYTES = 28;
    static final int XFLAGS = 0;
    static final int PROJECT_ID = 12;
    static final int DISK_QUOTA_BYTES = 112;
    static final int FLAGS = 1;
    static final int FIELD_MASK = 2;
    static final int ID = 4;
    static final int BLOCKS_HARD = 8;
    static final int INODES_HARD = 24;
    static final int BLOCKS = 40;
    static final int INODES = 48;
    static final int QUOTA_STAT_BYTES = 80;
    static final int STAT_FLAGS = 2;

    private static final int BLOCK_BYTES = 512;

    private ProjectQuota() {}

    /**
     * Use and bounds of a project; 0 is no bound.
     *
     * @param bytes taken
     * @param inodes taken
     */
    public record Usage(long bytes, long inodes, long bytesLimit, long inodesLimit) {}

    /**
     * Tells whether the file system counts projects and enforces their bounds.
     *
     * @param inIt any path of the file system
     */
    public static boolean isEnforced(Libc libc, Path inIt) throws SyscallException {
        byte[] stat = new byte[QUOTA_STAT_BYTES];
        stat[0] = XfsQuota.FS_QSTAT_VERSION;
        SysResult result = quotactl(libc, inIt, XfsQuota.Q_XGETQSTAT, 0, stat);
        if (result.failedWith(Errno.ENOSYS) || result.failedWith(Errno.ESRCH) || result.failedWith(Errno.EINVAL)) {
            return false;
        }
        result.orThrow("quotactl Q_XGETQSTAT of " + inIt);
        return (fields(stat).getShort(STAT_FLAGS) & XfsQuota.FS_QUOTA_PDQ_ENFD) != 0;
    }

    /**
     * Makes a directory, and all that is made below it from now on, part of a project. What lies below it already stays
     * as it is.
     *
     * @throws SyscallException ENOTSUP or ENOTTY when the file system has no projects, EIO when reading back gives
     *     another number
     */
    public static void assign(Libc libc, Path directory, int project) throws SyscallException {
        int flags = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;
        int fd = libc.open(directory.toString(), flags, 0).orThrow("open " + directory);
        try {
            byte[] attributes = attributes(libc, fd, directory);
            int inherit = fields(attributes).getInt(XFLAGS) | Filesystems.FS_XFLAG_PROJINHERIT;
            fields(attributes).putInt(XFLAGS, inherit).putInt(PROJECT_ID, project);
            String what = "FS_IOC_FSSETXATTR of " + directory + " to project " + project;
            libc.ioctl(fd, Filesystems.FS_IOC_FSSETXATTR, attributes).orThrow(what);
            ByteBuffer after = fields(attributes(libc, fd, directory));
            if (after.getInt(PROJECT_ID) != project || (after.getInt(XFLAGS) & Filesystems.FS_XFLAG_PROJINHERIT) == 0) {
                throw new SyscallException(what + " had no effect: project " + after.getInt(PROJECT_ID), Errno.EIO);
            }
        } finally {
            libc.close(fd);
        }
    }

    /**
     * Sets bounds of a project. What it uses already beyond the bounds stays; more is refused with ENOSPC or EDQUOT.
     *
     * @param inIt any path of the file system
     * @param bytes rounded down to 512; 0 for no bound
     * @param inodes 0 for no bound
     */
    public static void limit(Libc libc, Path inIt, int project, long bytes, long inodes) throws SyscallException {
        if (bytes < 0 || inodes < 0) {
            throw new IllegalArgumentException("bounds of project " + project + " are " + bytes + " bytes and " + inodes
                    + " inodes, and cannot be negative");
        }
        byte[] quota = quota(project);
        fields(quota)
                .putShort(FIELD_MASK, (short) (XfsQuota.FS_DQ_BHARD | XfsQuota.FS_DQ_IHARD))
                .putLong(BLOCKS_HARD, bytes / BLOCK_BYTES)
                .putLong(INODES_HARD, inodes);
        quotactl(libc, inIt, XfsQuota.Q_XSETQLIM, project, quota)
                .orThrow("quotactl Q_XSETQLIM of project " + project + " on " + inIt + " to " + bytes + " bytes, "
                        + inodes + " inodes");
    }

    /**
     * Use and bounds of a project; all 0 when nothing of it was ever made.
     *
     * @param inIt any path of the file system
     */
    public static Usage usage(Libc libc, Path inIt, int project) throws SyscallException {
        byte[] quota = quota(project);
        SysResult result = quotactl(libc, inIt, XfsQuota.Q_XGETQUOTA, project, quota);
        if (result.failedWith(Errno.ENOENT)) {
            return new Usage(0, 0, 0, 0);
        }
        result.orThrow("quotactl Q_XGETQUOTA of project " + project + " on " + inIt);
        ByteBuffer fields = fields(quota);
        return new Usage(
                fields.getLong(BLOCKS) * BLOCK_BYTES,
                fields.getLong(INODES),
                fields.getLong(BLOCKS_HARD) * BLOCK_BYTES,
                fields.getLong(INODES_HARD));
    }

    private static byte[] attributes(Libc libc, int fd, Path path) throws SyscallException {
        byte[] attributes = new byte[FSXATTR_BYTES];
        libc.ioctl(fd, Filesystems.FS_IOC_FSGETXATTR, attributes).orThrow("FS_IOC_FSGETXATTR of " + path);
        return attributes;
    }

    private static byte[] quota(int project) {
        byte[] quota = new byte[DISK_QUOTA_BYTES];
        quota[0] = XfsQuota.FS_DQUOT_VERSION;
        quota[FLAGS] = XfsQuota.FS_PROJ_QUOTA;
        fields(quota).putInt(ID, project);
        return quota;
    }

    private static SysResult quotactl(Libc libc, Path inIt, int command, int id, byte[] struct)
            throws SyscallException {
        int fd = libc.open(inIt.toString(), OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0)
                .orThrow("open " + inIt);
        try {
            return libc.quotactlFd(fd, XfsQuota.ofProject(command), id, struct);
        } finally {
            libc.close(fd);
        }
    }

    private static ByteBuffer fields(byte[] struct) {
        return ByteBuffer.wrap(struct).order(ByteOrder.LITTLE_ENDIAN);
    }
}
