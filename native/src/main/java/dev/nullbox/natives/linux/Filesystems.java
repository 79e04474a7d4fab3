package dev.nullbox.natives.linux;

/**
 * Constants of file systems and of the space of files, by their C names. Source: {@code linux/magic.h}, {@code
 * linux/falloc.h}, {@code linux/fs.h}, x86-64.
 */
public final class Filesystems {
    public static final long EXT4_SUPER_MAGIC = 0xef53;
    public static final long XFS_SUPER_MAGIC = 0x58465342;
    public static final long TMPFS_MAGIC = 0x01021994;
    public static final long EROFS_SUPER_MAGIC_V1 = 0xe0f5e1e2L;
    public static final int FALLOC_FL_KEEP_SIZE = 0x1;
    public static final int FALLOC_FL_PUNCH_HOLE = 0x2;
    public static final int FALLOC_FL_ZERO_RANGE = 0x10;
    public static final int FALLOC_FL_UNSHARE_RANGE = 0x40;
    public static final long FICLONE = 0x40049409;
    public static final long FS_IOC_FSGETXATTR = 0x801c581fL;
    public static final long FS_IOC_FSSETXATTR = 0x401c5820;
    public static final int FS_XFLAG_PROJINHERIT = 0x200;

    private Filesystems() {}
}
