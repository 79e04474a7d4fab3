package dev.nullbox.gate;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Sockets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * TCP sockets of IPv4 by their descriptors, none of which blocks. They end by a reset unless they are closed in order, so
 * that a killed gate ends its connections (SO_LINGER of 0). Source: ip(7), tcp(7), socket(7).
 */
final class TcpSockets {
    private static final int ADDRESS_BYTES = 16;
    private static final int PORT_AT = 2;
    private static final int IP_AT = 4;
    private static final int IP_BYTES = 4;
    private static final int BACKLOG = 1_024;
    private static final int TYPE = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
    private static final byte[] ON = {1, 0, 0, 0};
    private static final byte[] RESET_AT_CLOSE = {1, 0, 0, 0, 0, 0, 0, 0};
    private static final byte[] ORDER_AT_CLOSE = new byte[8];

    private final Libc libc;

    TcpSockets(Libc libc) {
        this.libc = libc;
    }

    /**
     * An accepted connection.
     *
     * @param fd its descriptor
     * @param from the agent's address
     * @param to the address and port that the agent connected to, before the packet filter redirected it
     */
    record Accepted(int fd, InetAddress from, InetSocketAddress to) {}

    /** A listener at a port of all addresses. */
    int listen(int port) throws IOException {
        int fd = libc.socket(Sockets.AF_INET, TYPE, 0).orThrow("socket");
        libc.setsockopt(fd, Sockets.SOL_SOCKET, Sockets.SO_REUSEADDR, ON).orThrow("setsockopt SO_REUSEADDR");
        libc.bind(fd, struct(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), port)))
                .orThrow("bind to port " + port);
        libc.listen(fd, BACKLOG).orThrow("listen at port " + port);
        return fd;
    }

    /** The next connection, or none while none waits, or while it ended before it was accepted. */
    Optional<Accepted> accept(int listener) throws SyscallException {
        byte[] peer = new byte[ADDRESS_BYTES];
        SysResult accepted = libc.accept4(listener, peer, Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK);
        if (accepted.failedWith(Errno.EAGAIN)) {
            return Optional.empty();
        }
        int fd = accepted.orThrow("accept4");
        byte[] original = new byte[ADDRESS_BYTES];
        if (!(libc.getsockopt(fd, Sockets.SOL_IP, Sockets.SO_ORIGINAL_DST, original) instanceof SysResult.Ok)) {
            reset(fd);
            return Optional.empty();
        }
        prepare(fd);
        return Optional.of(new Accepted(fd, address(peer).getAddress(), address(original)));
    }

    /** Begins to connect; {@link #error} tells how it went, once the socket can be written to. */
    int dial(InetSocketAddress to) throws SyscallException {
        int fd = libc.socket(Sockets.AF_INET, TYPE, 0).orThrow("socket");
        prepare(fd);
        SysResult connected = libc.connect(fd, struct(to));
        if (connected instanceof SysResult.Failed(int errno) && errno != Errno.EINPROGRESS) {
            reset(fd);
            throw new SyscallException("connect to " + to, errno);
        }
        return fd;
    }

    private void prepare(int fd) {
        // Neither can fail on a socket of TCP; without the first a crash would end a connection in order.
        var _ = libc.setsockopt(fd, Sockets.SOL_SOCKET, Sockets.SO_LINGER, RESET_AT_CLOSE);
        var _ = libc.setsockopt(fd, Sockets.SOL_TCP, Sockets.TCP_NODELAY, ON);
    }

    /** The pending error of a socket; 0 for none. */
    int error(int fd) {
        byte[] value = new byte[Integer.BYTES];
        return libc.getsockopt(fd, Sockets.SOL_SOCKET, Sockets.SO_ERROR, value) instanceof SysResult.Failed(int errno)
                ? errno
                : ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    /** Copies received bytes without taking them out of the queue; 0 at the end of the stream. */
    SysResult peek(int fd, byte[] buffer) {
        return libc.recv(fd, buffer, Sockets.MSG_PEEK);
    }

    /** Takes received bytes; 0 at the end of the stream. */
    SysResult receive(int fd, byte[] buffer) {
        return libc.recv(fd, buffer, 0);
    }

    /** Takes received bytes out of the queue. */
    SysResult discard(int fd, int length) {
        return libc.discard(fd, length, 0);
    }

    /** Sends; the value is the number of bytes that the kernel took. */
    SysResult send(int fd, byte[] buffer, int length) {
        return send(fd, buffer, 0, length);
    }

    /** The same of a part of the buffer. */
    SysResult send(int fd, byte[] buffer, int offset, int length) {
        return libc.send(fd, buffer, offset, length, Sockets.MSG_NOSIGNAL);
    }

    /** Ends the stream that is sent. */
    void finish(int fd) {
        var _ = libc.shutdown(fd, Sockets.SHUT_WR);
    }

    /** Closes in order: what was sent is still delivered. */
    void close(int fd) {
        var _ = libc.setsockopt(fd, Sockets.SOL_SOCKET, Sockets.SO_LINGER, ORDER_AT_CLOSE);
        var _ = libc.close(fd);
    }

    /** Closes by a reset. */
    void reset(int fd) {
        var _ = libc.close(fd);
    }

    private static byte[] struct(InetSocketAddress address) {
        byte[] struct = new byte[ADDRESS_BYTES];
        struct[0] = Sockets.AF_INET;
        struct[PORT_AT] = (byte) (address.getPort() >> Byte.SIZE);
        struct[PORT_AT + 1] = (byte) address.getPort();
        System.arraycopy(address.getAddress().getAddress(), 0, struct, IP_AT, IP_BYTES);
        return struct;
    }

    private static InetSocketAddress address(byte[] struct) {
        try {
            int port = ((struct[PORT_AT] & 0xff) << Byte.SIZE) | (struct[PORT_AT + 1] & 0xff);
            return new InetSocketAddress(
                    InetAddress.getByAddress(Arrays.copyOfRange(struct, IP_AT, IP_AT + IP_BYTES)), port);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("four bytes are an address", impossible);
        }
    }
}
