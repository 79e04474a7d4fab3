package dev.nullbox.natives.linux;

/**
 * Constants of socket(2), socket(7), ip(7), tcp(7) and netfilter, by their C names. Source: {@code sys/socket.h},
 * {@code netinet/in.h}, {@code netinet/tcp.h}, {@code linux/netfilter_ipv4.h}, x86-64.
 */
public final class Sockets {
    public static final int AF_UNIX = 1;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int AF_NETLINK = 16;
    public static final int SOCK_STREAM = 1;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_CLOEXEC = 524288;
    public static final int SOCK_NONBLOCK = 2048;
    public static final int SOL_SOCKET = 1;
    public static final int SO_REUSEADDR = 2;
    public static final int SO_SNDTIMEO = 21;
    public static final int SO_RCVTIMEO = 20;
    public static final int SO_PEERCRED = 17;
    public static final int SO_RCVBUF = 8;
    public static final int SO_ERROR = 4;
    public static final int SO_LINGER = 13;
    public static final int SHUT_WR = 1;
    public static final int SOL_IP = 0;
    public static final int SO_ORIGINAL_DST = 80;
    public static final int SOL_TCP = 6;
    public static final int TCP_NODELAY = 1;
    public static final int MSG_PEEK = 2;
    public static final int MSG_TRUNC = 32;
    public static final int MSG_DONTWAIT = 64;
    public static final int MSG_NOSIGNAL = 16384;

    private Sockets() {}
}
