package dev.nullbox.natives.linux;

/** Constants of libkrun, by their C names. Source: {@code libkrun.h}, the same in 1.16 and 1.19. */
public final class KrunFlags {
    public static final int KRUN_LOG_LEVEL_OFF = 0;
    public static final int KRUN_LOG_LEVEL_ERROR = 1;
    public static final int KRUN_LOG_LEVEL_WARN = 2;
    public static final int KRUN_KERNEL_FORMAT_RAW = 0;
    public static final int KRUN_KERNEL_FORMAT_ELF = 1;
    public static final int NET_FEATURE_CSUM = 1;
    public static final int NET_FEATURE_GUEST_CSUM = 1 << 1;
    public static final int NET_FEATURE_GUEST_TSO4 = 1 << 7;
    public static final int NET_FEATURE_GUEST_TSO6 = 1 << 8;
    public static final int NET_FEATURE_GUEST_UFO = 1 << 10;
    public static final int NET_FEATURE_HOST_TSO4 = 1 << 11;
    public static final int NET_FEATURE_HOST_TSO6 = 1 << 12;
    public static final int NET_FEATURE_HOST_UFO = 1 << 14;

    private KrunFlags() {}
}
