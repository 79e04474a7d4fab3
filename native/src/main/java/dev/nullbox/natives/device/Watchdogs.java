package dev.nullbox.natives.device;

/** Constants of watchdog devices, by their C names. Source: {@code linux/watchdog.h}. */
public final class Watchdogs {
    public static final long WDIOC_KEEPALIVE = 0x80045705L;
    public static final long WDIOC_SETTIMEOUT = 0xC0045706L;
    public static final long WDIOC_GETTIMEOUT = 0x80045707L;

    private Watchdogs() {}
}
