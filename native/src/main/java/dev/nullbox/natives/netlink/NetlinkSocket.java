package dev.nullbox.natives.netlink;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Sockets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Netlink socket towards the kernel, in the network namespace that the opening thread was in. Each exchange is one
 * request and the reply to it. Not safe for use by several threads at once. Source: netlink(7).
 */
final class NetlinkSocket implements AutoCloseable {
    /** struct sockaddr_nl: 0 sa_family_t nl_family | 2 pad | 4 __u32 nl_pid | 8 __u32 nl_groups; all 0 is the kernel. */
    static final int SOCKADDR_NL_BYTES = 12;

    private static final int REPLY_BYTES = 8192;
    private static final int TYPE_OFFSET = 4;
    private static final int SEQUENCE_OFFSET = 8;

    private final Libc libc;
    private final int fd;
    private final int receiveFlags;
    private int sequence;

    private NetlinkSocket(Libc libc, int fd, int receiveFlags) {
        this.libc = libc;
        this.fd = fd;
        this.receiveFlags = receiveFlags;
    }

    /**
     * A socket into the calling thread's network namespace.
     *
     * @param name of the protocol, for messages
     * @param receiveFlags of recv(2), as MSG_DONTWAIT where the kernel replies before send(2) returns
     * @throws SyscallException when the kernel refuses it
     */
    static NetlinkSocket open(Libc libc, int protocol, String name, int receiveFlags) throws SyscallException {
        int fd = libc.socket(Sockets.AF_NETLINK, Sockets.SOCK_RAW | Sockets.SOCK_CLOEXEC, protocol)
                .orThrow("socket netlink " + name);
        byte[] kernel = new byte[SOCKADDR_NL_BYTES];
        ByteBuffer.wrap(kernel).order(ByteOrder.LITTLE_ENDIAN).putShort((short) Sockets.AF_NETLINK);
        SysResult connected = libc.connect(fd, kernel);
        if (!connected.isOk()) {
            libc.close(fd);
        }
        connected.orThrow("connect netlink " + name);
        return new NetlinkSocket(libc, fd, receiveFlags);
    }

    /** A request with the next sequence number, to which {@link #exchange} takes the reply. */
    NetlinkMessage message(int type, int flags) {
        sequence++;
        return new NetlinkMessage(type, Netlink.NLM_F_REQUEST | flags, sequence);
    }

    /**
     * Sends the latest request and returns the reply to it: the object asked for, or the acknowledgement.
     *
     * @throws SyscallException with the errno of the kernel's refusal, EIO for a reply that is too short
     */
    ByteBuffer exchange(NetlinkMessage request, String what) throws SyscallException {
        libc.send(fd, request.encoded(), 0).orThrow(what);
        byte[] bytes = new byte[REPLY_BYTES];
        while (true) {
            int length = libc.recv(fd, bytes, receiveFlags).orThrow(what);
            ByteBuffer reply = ByteBuffer.wrap(bytes, 0, length).order(ByteOrder.LITTLE_ENDIAN);
            if (length < NetlinkMessage.HEADER_BYTES + Integer.BYTES) {
                throw new SyscallException(what + ": short reply of " + length + " bytes", Errno.EIO);
            }
            if (reply.getInt(SEQUENCE_OFFSET) != sequence) {
                continue; // the late answer to a request whose recv was interrupted
            }
            int error =
                    reply.getShort(TYPE_OFFSET) == Netlink.NLMSG_ERROR ? reply.getInt(NetlinkMessage.HEADER_BYTES) : 0;
            if (error != 0) {
                throw new SyscallException(what, -error);
            }
            return reply;
        }
    }

    @Override
    public void close() {
        libc.close(fd);
    }
}
