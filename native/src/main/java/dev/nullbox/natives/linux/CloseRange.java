package dev.nullbox.natives.linux;

/** Constants of close_range(2), by their C names. Source: {@code linux/close_range.h}, x86-64. */
public final class CloseRange {
    public static final int CLOSE_RANGE_UNSHARE = 2;
    public static final int CLOSE_RANGE_CLOEXEC = 4;

    private CloseRange() {}
}
