package dev.nullbox.natives.linux;

/** Constants of ioctl_tty(2), by their C names. Source: {@code sys/ioctl.h}, x86-64. */
public final class Tty {
    public static final int TCGETS = 0x5401;
    public static final int TCSETS = 0x5402;
    /** With argument 1 as tcdrain(3): waits until all output is sent. */
    public static final int TCSBRK = 0x5409;

    private Tty() {}
}
