package dev.nullbox.natives.device;

/** Constants of the device mapper's control device, by their C names. Source: {@code linux/dm-ioctl.h}. */
public final class DeviceMapper {
    public static final long DM_DEV_CREATE = 0xC138FD03L;
    public static final long DM_DEV_SUSPEND = 0xC138FD06L;
    public static final long DM_TABLE_LOAD = 0xC138FD09L;
    public static final int DM_READONLY_FLAG = 1;

    private DeviceMapper() {}
}
