package dev.nullbox.natives.linux;

/** Constants of mount(2) and umount2(2), by their C names. Source: {@code sys/mount.h}, x86-64. */
public final class Mounts {
    public static final long MS_RDONLY = 1;
    public static final long MS_NOSUID = 2;
    public static final long MS_NODEV = 4;
    public static final long MS_NOEXEC = 8;
    public static final long MS_SYNCHRONOUS = 0x10;
    public static final long MS_REMOUNT = 0x20;
    public static final long MS_NOATIME = 0x400;
    public static final long MS_BIND = 0x1000;
    public static final long MS_MOVE = 0x2000;
    public static final long MS_REC = 0x4000;
    public static final long MS_SILENT = 0x8000;
    public static final long MS_UNBINDABLE = 0x20000;
    public static final long MS_PRIVATE = 0x40000;
    public static final long MS_SLAVE = 0x80000;
    public static final long MS_SHARED = 0x100000;
    public static final long MS_RELATIME = 0x200000;
    public static final long MS_STRICTATIME = 0x1000000;
    public static final long MS_NOSYMFOLLOW = 0x100;

    /** Flags of umount2. */
    public static final int MNT_FORCE = 1;

    public static final int MNT_DETACH = 2;
    public static final int MNT_EXPIRE = 4;
    public static final int UMOUNT_NOFOLLOW = 8;

    private Mounts() {}
}
