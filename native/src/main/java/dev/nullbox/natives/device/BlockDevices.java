package dev.nullbox.natives.device;

/** Constants of block devices, by their C names. Source: {@code linux/fs.h}. */
public final class BlockDevices {
    public static final long BLKFLSBUF = 0x1261L;

    private BlockDevices() {}
}
