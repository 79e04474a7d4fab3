package dev.nullbox.natives.linux;

/** Constants of poll(2), by their C names. Source: {@code poll.h}, x86-64. */
public final class Poll {
    public static final int POLLIN = 1;
    public static final int POLLPRI = 2;
    public static final int POLLOUT = 4;
    public static final int POLLERR = 8;
    public static final int POLLHUP = 16;
    public static final int POLLNVAL = 32;

    private Poll() {}
}
