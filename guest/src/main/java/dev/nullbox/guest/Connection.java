package dev.nullbox.guest;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Sockets;
import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestCall;
import dev.nullbox.protocol.guest.GuestOp;
import dev.nullbox.protocol.guest.GuestProtocol;
import dev.nullbox.protocol.guest.GuestRole;
import dev.nullbox.protocol.guest.GuestTag;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.locks.ReentrantLock;

/** Frames on one connection to the host. One thread reads; any may write. */
final class Connection implements AutoCloseable {
    private static final int HELLO_SECONDS = 10;
    /**
     * Bytes of one write. Linux sends more than 32 KiB in packets of several parts, which libkrun does not accept and
     * drops (BufDescTooSmall). Source: net/vmw_vsock/virtio_transport_common.c.
     */
    private static final int MAX_WRITE = 16_384;

    private final Libc libc;
    private final int fd;
    private final ReentrantLock writing = new ReentrantLock();

    private Connection(Libc libc, int fd) {
        this.libc = libc;
        this.fd = fd;
    }

    /** A connection for a purpose, once the host has agreed to it. */
    static Connection open(Libc libc, Dialer dialer, GuestRole role, String token) throws IOException {
        Connection connection = new Connection(libc, dialer.dial());
        try {
            connection.hello(role, token);
            return connection;
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    private void hello(GuestRole role, String token) throws IOException {
        limitReads(HELLO_SECONDS);
        write(new GuestCall(
                        GuestOp.HELLO,
                        1,
                        new GuestCall.Fields()
                                .add(GuestTag.VERSION, GuestProtocol.PROTOCOL_VERSION)
                                .add(GuestTag.ROLE, role.number())
                                .add(GuestTag.TOKEN, token))
                .frame(FrameKind.CALL));
        Frame answer = read();
        if (answer.kind() != FrameKind.ANSWER
                || GuestCall.parse(answer.payload()).op() != GuestOp.HELLO) {
            throw new IOException("the host sent " + answer + " in place of its hello");
        }
        limitReads(0);
    }

    /** @param seconds 0 for no limit: the host is silent while there are no calls */
    private void limitReads(long seconds) throws SyscallException {
        byte[] time = ByteBuffer.allocate(2 * Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .putLong(seconds)
                .putLong(0)
                .array();
        libc.setsockopt(fd, Sockets.SOL_SOCKET, Sockets.SO_RCVTIMEO, time).orThrow("setsockopt SO_RCVTIMEO");
    }

    /**
     * The next frame.
     *
     * @throws EOFException when the host closed the connection
     */
    Frame read() throws IOException {
        byte[] header = new byte[GuestProtocol.HEADER_BYTES];
        fill(header);
        Frame.Header start = Frame.Header.parse(ByteBuffer.wrap(header));
        byte[] payload = new byte[start.length()];
        fill(payload);
        return new Frame(start.kind(), payload);
    }

    private void fill(byte[] buffer) throws IOException {
        int at = 0;
        while (at < buffer.length) {
            SysResult result = libc.read(fd, buffer, at, buffer.length - at);
            if (result.failedWith(Errno.EINTR)) {
                continue;
            }
            if (result.failedWith(Errno.ECONNRESET)) {
                throw new EOFException("the host broke the connection");
            }
            int count = result.orThrow("read from the host");
            if (count == 0) {
                throw new EOFException("the host closed the connection");
            }
            at += count;
        }
    }

    /** Sends a frame whole. */
    void write(Frame frame) throws IOException {
        byte[] bytes = ByteBuffer.allocate(GuestProtocol.HEADER_BYTES + frame.payload().length)
                .put(frame.header().encode())
                .put(frame.payload())
                .array();
        writing.lock();
        try {
            int at = 0;
            while (at < bytes.length) {
                SysResult result = libc.write(fd, bytes, at, Math.min(MAX_WRITE, bytes.length - at));
                if (!result.failedWith(Errno.EINTR)) {
                    at += result.orThrow("write to the host");
                }
            }
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void close() {
        libc.close(fd);
    }
}
