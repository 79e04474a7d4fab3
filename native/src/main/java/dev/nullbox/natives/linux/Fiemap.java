package dev.nullbox.natives.linux;

/** Constants of the FIEMAP ioctl, by their C names. Source: {@code linux/fs.h}, {@code linux/fiemap.h}, x86-64. */
public final class Fiemap {
    public static final long FS_IOC_FIEMAP = 0xC020660BL;
    public static final int FIEMAP_EXTENT_LAST = 0x1;
    public static final int FIEMAP_EXTENT_SHARED = 0x2000;

    private Fiemap() {}
}
