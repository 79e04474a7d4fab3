package dev.nullbox.natives.linux;

/** Constants of reboot(2), by their C names. Source: {@code sys/reboot.h}, x86-64. */
public final class Reboot {
    public static final int RB_AUTOBOOT = 0x1234567;
    public static final int RB_HALT_SYSTEM = 0xcdef0123;
    public static final int RB_ENABLE_CAD = 0x89abcdef;
    public static final int RB_DISABLE_CAD = 0;
    public static final int RB_POWER_OFF = 0x4321fedc;

    private Reboot() {}
}
