package dev.nullbox.natives.linux;

/** Constants of epoll_ctl(2) and epoll_create1(2), by their C names. Source: {@code sys/epoll.h}, x86-64. */
public final class Epoll {
    public static final int EPOLL_CLOEXEC = 524288;
    public static final int EPOLL_CTL_ADD = 1;
    public static final int EPOLLIN = 1;
    public static final int EPOLLOUT = 4;
    public static final int EPOLLRDHUP = 8192;
    public static final int EPOLLET = -2147483648;

    private Epoll() {}
}
