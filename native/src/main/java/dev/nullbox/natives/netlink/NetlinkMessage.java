package dev.nullbox.natives.netlink;

import dev.nullbox.natives.linux.Sockets;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Builder of a netlink message: struct nlmsghdr, a fixed family struct, then attributes that may nest. All integers
 * are in the machine's order (little endian), all parts padded to 4 bytes.
 *
 * <pre>
 * struct nlmsghdr  0 __u32 nlmsg_len | 4 __u16 nlmsg_type | 6 __u16 nlmsg_flags | 8 __u32 nlmsg_seq | 12 __u32 nlmsg_pid
 * struct rtattr    0 unsigned short rta_len | 2 unsigned short rta_type | then the payload
 * struct ifinfomsg 0 u8 ifi_family | 1 pad | 2 u16 ifi_type | 4 int ifi_index | 8 unsigned ifi_flags | 12 unsigned ifi_change
 * struct ifaddrmsg 0 __u8 ifa_family | 1 __u8 ifa_prefixlen | 2 __u8 ifa_flags | 3 __u8 ifa_scope | 4 __u32 ifa_index
 * struct rtmsg     0 u8 rtm_family | 1 rtm_dst_len | 2 rtm_src_len | 3 rtm_tos | 4 rtm_table | 5 rtm_protocol
 *                  | 6 rtm_scope | 7 rtm_type | 8 unsigned rtm_flags
 * </pre>
 *
 * Source: linux/netlink.h, linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h.
 */
final class NetlinkMessage {
    static final int HEADER_BYTES = 16;
    static final int ATTRIBUTE_BYTES = 4;

    private static final int CAPACITY = 512;
    private static final int ALIGNMENT = 4;

    private final byte[] bytes = new byte[CAPACITY];
    private final ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);

    NetlinkMessage(int type, int flags, int sequence) {
        buffer.putInt(0).putShort((short) type).putShort((short) flags).putInt(sequence);
        buffer.putInt(0);
    }

    /** struct ifinfomsg, 16 bytes. */
    NetlinkMessage link(int index, int flags, int change) {
        buffer.put((byte) 0).put((byte) 0).putShort((short) 0);
        buffer.putInt(index).putInt(flags).putInt(change);
        return this;
    }

    /** struct ifaddrmsg of an IPv4 address, 8 bytes. */
    NetlinkMessage address(int prefixLength, int index) {
        buffer.put((byte) Sockets.AF_INET).put((byte) prefixLength).put((byte) 0);
        buffer.put((byte) 0).putInt(index);
        return this;
    }

    /** struct nfgenmsg of no family, 4 bytes. */
    NetlinkMessage netfilter() {
        buffer.putInt(0);
        return this;
    }

    /** An attribute that is a NUL-terminated string. */
    NetlinkMessage text(int type, String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return bytes(type, Arrays.copyOf(utf8, utf8.length + 1));
    }

    /** An attribute that is a 32-bit integer. */
    NetlinkMessage integer(int type, int value) {
        buffer.putShort((short) (ATTRIBUTE_BYTES + Integer.BYTES)).putShort((short) type);
        buffer.putInt(value);
        return this;
    }

    /** An attribute that is one byte. */
    NetlinkMessage octet(int type, int value) {
        return bytes(type, new byte[] {(byte) value});
    }

    /** An attribute that is an IPv4 address in network order. */
    NetlinkMessage inet(int type, Inet4Address value) {
        return bytes(type, value.getAddress());
    }

    private NetlinkMessage bytes(int type, byte[] value) {
        int start = begin(type);
        buffer.put(value);
        return end(start);
    }

    /** Begins an attribute that holds others; returns what {@link #end} wants. */
    int begin(int type) {
        int start = buffer.position();
        buffer.putShort((short) 0).putShort((short) type);
        return start;
    }

    /** Ends the attribute: its length is without the padding after it. */
    NetlinkMessage end(int start) {
        buffer.putShort(start, (short) (buffer.position() - start));
        while (buffer.position() % ALIGNMENT != 0) {
            buffer.put((byte) 0);
        }
        return this;
    }

    /** The finished message. */
    byte[] encoded() {
        buffer.putInt(0, buffer.position());
        return Arrays.copyOf(bytes, buffer.position());
    }
}
