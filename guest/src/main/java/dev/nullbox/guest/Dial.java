package dev.nullbox.guest;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Sockets;
import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestCall;
import dev.nullbox.protocol.guest.GuestHow;
import dev.nullbox.protocol.guest.GuestTag;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Connection to a TCP port of the guest's loopback address, in place of a program's streams. It ends with what the other
 * side sends: bytes that the host sends after that reach nobody.
 */
final class Dial {
    private static final int LONGEST_CONNECT_SECONDS = 10;
    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    private final Libc libc;
    private final Connection stream;
    private final StreamRelay relay;

    Dial(Libc libc, Connection stream) {
        this.libc = libc;
        this.stream = stream;
        this.relay = new StreamRelay(libc, stream);
    }

    /** Connects as the call asks for, and relays to the end. */
    void run(GuestCall call) throws IOException {
        int port = (int) call.fields().number(GuestTag.PORT);
        int fd;
        try {
            fd = connect(port);
        } catch (IOException e) {
            relay.refuse(String.valueOf(e.getMessage()));
            return;
        }
        try {
            serve(fd);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            libc.close(fd);
        }
    }

    private int connect(int port) throws SyscallException {
        int fd = libc.socket(Sockets.AF_INET, Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC, 0)
                .orThrow("socket AF_INET");
        try {
            // It bounds connect(2) too. Source: socket(7).
            byte[] limit = ByteBuffer.allocate(2 * Long.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .putLong(LONGEST_CONNECT_SECONDS)
                    .putLong(0)
                    .array();
            libc.setsockopt(fd, Sockets.SOL_SOCKET, Sockets.SO_SNDTIMEO, limit).orThrow("setsockopt SO_SNDTIMEO");
            SysResult result = libc.connect(fd, address(port));
            while (result.failedWith(Errno.EINTR)) {
                result = libc.connect(fd, address(port));
            }
            result.orThrow("connect to 127.0.0.1:" + port);
            return fd;
        } catch (SyscallException e) {
            libc.close(fd);
            throw e;
        }
    }

    /** struct sockaddr_in: family (2), port (2, big-endian), address (4), padding (8). Source: ip(7). */
    private static byte[] address(int port) {
        return ByteBuffer.allocate(16)
                .order(ByteOrder.nativeOrder())
                .putShort((short) Sockets.AF_INET)
                .order(ByteOrder.BIG_ENDIAN)
                .putShort((short) port)
                .put(LOOPBACK)
                .array();
    }

    private void serve(int fd) throws IOException, InterruptedException {
        relay.nonBlocking(fd);
        Thread reader = relay.thread("obey", this::obey);
        Thread feeder = relay.thread("feed", () -> {
            relay.feed(fd, true);
            // Fails when the other side has closed the connection already, which its output shows.
            var _ = libc.shutdown(fd, Sockets.SHUT_WR);
        });
        try {
            relay.pass(fd, FrameKind.STDOUT);
            if (!relay.isGivenUp()) {
                stream.write(new Frame(
                        FrameKind.EXIT,
                        new GuestCall.Fields()
                                .add(GuestTag.HOW, GuestHow.EXITED.number())
                                .add(GuestTag.CODE, 0)
                                .encode()));
            }
            reader.join();
        } finally {
            relay.giveUp();
            // The descriptor's number may be another's once it is closed.
            feeder.join();
        }
    }

    /** Takes the host's frames until it closes the connection. */
    private void obey() throws IOException {
        try {
            while (true) {
                relay.take(stream.read());
            }
        } catch (EOFException e) {
            // The host has everything that it wants.
        } finally {
            relay.giveUp();
        }
    }
}
