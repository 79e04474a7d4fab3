package dev.nullbox.nulld;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import java.nio.charset.StandardCharsets;

/**
 * The loopback interface, brought up; the kernel then gives it 127.0.0.1. {@code struct ifreq}, 40 bytes: the name at 0,
 * the flags (short) at 16. Source: netdevice(7).
 */
final class Loopback {
    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;
    private static final long SIOCGIFFLAGS = 0x8913;
    private static final long SIOCSIFFLAGS = 0x8914;
    private static final int FLAGS = 16;
    private static final int IFF_UP = 1;

    private Loopback() {}

    static void up(Libc libc) throws SyscallException {
        int socket = libc.socket(AF_INET, SOCK_DGRAM | Sys.O_CLOEXEC, 0).orThrow("socket AF_INET");
        try {
            byte[] request = new byte[40];
            byte[] name = "lo".getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(name, 0, request, 0, name.length);
            libc.ioctl(socket, SIOCGIFFLAGS, request).orThrow("SIOCGIFFLAGS lo");
            request[FLAGS] |= IFF_UP;
            libc.ioctl(socket, SIOCSIFFLAGS, request).orThrow("SIOCSIFFLAGS lo up");
        } finally {
            libc.close(socket);
        }
    }
}
