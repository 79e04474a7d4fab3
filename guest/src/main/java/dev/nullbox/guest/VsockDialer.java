package dev.nullbox.guest;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Sockets;
import dev.nullbox.natives.linux.Vsock;
import dev.nullbox.protocol.guest.GuestProtocol;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Connector to the host's one vsock port. Source: vsock(7), {@code linux/vm_sockets.h}. */
final class VsockDialer implements Dialer {
    /**
     * Send buffer: libkrun acknowledges only each 4 MiB, so that a smaller buffer stalls for ever once it was filled.
     */
    private static final long BUFFER_BYTES = 4_456_448;

    private final Libc libc;

    VsockDialer(Libc libc) {
        this.libc = libc;
    }

    @Override
    public int dial() throws SyscallException {
        int fd = libc.socket(Vsock.AF_VSOCK, Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC, 0)
                .orThrow("socket AF_VSOCK");
        try {
            byte[] size = ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .putLong(BUFFER_BYTES)
                    .array();
            libc.setsockopt(fd, Vsock.AF_VSOCK, Vsock.SO_VM_SOCKETS_BUFFER_MAX_SIZE, size)
                    .orThrow("setsockopt SO_VM_SOCKETS_BUFFER_MAX_SIZE");
            libc.setsockopt(fd, Vsock.AF_VSOCK, Vsock.SO_VM_SOCKETS_BUFFER_SIZE, size)
                    .orThrow("setsockopt SO_VM_SOCKETS_BUFFER_SIZE");
            libc.connect(fd, address()).orThrow("connect to the host");
            return fd;
        } catch (SyscallException e) {
            libc.close(fd);
            throw e;
        }
    }

    /** struct sockaddr_vm: family (2), reserved (2), port (4), CID (4), flags (1) and padding (3). */
    private static byte[] address() {
        return ByteBuffer.allocate(16)
                .order(ByteOrder.nativeOrder())
                .putShort((short) Vsock.AF_VSOCK)
                .putShort((short) 0)
                .putInt(GuestProtocol.VSOCK_PORT)
                .putInt(Vsock.VMADDR_CID_HOST)
                .putInt(0)
                .array();
    }
}
