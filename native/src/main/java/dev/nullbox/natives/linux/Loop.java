package dev.nullbox.natives.linux;

/** Constants of loop(4), by their C names. Source: {@code linux/loop.h}, x86-64. */
public final class Loop {
    public static final int LOOP_CONFIGURE = 0x4C0A;
    public static final int LOOP_CTL_GET_FREE = 0x4C82;
    public static final int LO_FLAGS_READ_ONLY = 1;
    public static final int LO_FLAGS_AUTOCLEAR = 4;

    private Loop() {}
}
