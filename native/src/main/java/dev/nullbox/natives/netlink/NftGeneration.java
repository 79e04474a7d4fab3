package dev.nullbox.natives.netlink;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Sockets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reader of the generation of nftables' rules in one network namespace: a number that grows by 1 with each transaction
 * of any process, and never by packets. Needs CAP_NET_ADMIN. Not safe for use by several threads at once.
 *
 * <pre>
 * struct nfgenmsg  0 __u8 nfgen_family | 1 __u8 version | 2 __be16 res_id
 * NFTA_GEN_ID      __be32
 * </pre>
 *
 * Source: linux/netfilter/nfnetlink.h, linux/netfilter/nf_tables.h (NFT_MSG_GETGEN).
 */
public final class NftGeneration implements AutoCloseable {
    static final int NFGENMSG_BYTES = 4;

    private static final String WHAT = "get generation of nftables";
    private static final int GET = Netlink.NFNL_SUBSYS_NFTABLES << Byte.SIZE | Netlink.NFT_MSG_GETGEN;
    private static final int FIRST_ATTRIBUTE = NetlinkMessage.HEADER_BYTES + NFGENMSG_BYTES;

    private final NetlinkSocket socket;

    private NftGeneration(NetlinkSocket socket) {
        this.socket = socket;
    }

    /**
     * A reader of the calling thread's network namespace.
     *
     * @throws SyscallException when the kernel refuses the socket
     */
    public static NftGeneration open(Libc libc) throws SyscallException {
        return new NftGeneration(
                NetlinkSocket.open(libc, Netlink.NETLINK_NETFILTER, "netfilter", Sockets.MSG_DONTWAIT));
    }

    /**
     * The generation now; it wraps round and is never 0.
     *
     * @throws SyscallException EPERM without CAP_NET_ADMIN, EIO for a reply without it
     */
    public int read() throws SyscallException {
        ByteBuffer reply = socket.exchange(socket.message(GET, 0).netfilter(), WHAT);
        boolean isFirst = reply.limit() >= FIRST_ATTRIBUTE + NetlinkMessage.ATTRIBUTE_BYTES + Integer.BYTES
                && reply.getShort(FIRST_ATTRIBUTE + Short.BYTES) == Netlink.NFTA_GEN_ID;
        if (!isFirst) {
            throw new SyscallException(WHAT + ": a reply without it", Errno.EIO);
        }
        return reply.order(ByteOrder.BIG_ENDIAN).getInt(FIRST_ATTRIBUTE + NetlinkMessage.ATTRIBUTE_BYTES);
    }

    @Override
    public void close() {
        socket.close();
    }
}
