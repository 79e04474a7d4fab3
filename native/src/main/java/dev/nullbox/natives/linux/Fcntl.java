package dev.nullbox.natives.linux;

/** Constants of fcntl(2), by their C names. Source: {@code fcntl.h}, x86-64. */
public final class Fcntl {
    public static final int F_DUPFD = 0;
    public static final int F_GETFD = 1;
    public static final int F_SETFD = 2;
    public static final int F_GETFL = 3;
    public static final int F_SETFL = 4;
    public static final int F_DUPFD_CLOEXEC = 1030;
    public static final int F_ADD_SEALS = 1033;
    public static final int FD_CLOEXEC = 1;

    private Fcntl() {}
}
