package dev.nullbox.natives.linux;

/** Constants of mlockall(2), by their C names. Source: {@code sys/mman.h}, x86-64. */
public final class Mlock {
    public static final int MCL_CURRENT = 1;
    public static final int MCL_FUTURE = 2;
    public static final int MCL_ONFAULT = 4;

    private Mlock() {}
}
