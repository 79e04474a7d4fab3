package dev.nullbox.natives.netlink;

import static dev.nullbox.natives.netlink.Netlink.NLM_F_ACK;
import static dev.nullbox.natives.netlink.Netlink.NLM_F_CREATE;
import static dev.nullbox.natives.netlink.Netlink.NLM_F_EXCL;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import java.net.Inet4Address;
import java.nio.ByteBuffer;

/**
 * Links and IPv4 addresses of one network namespace: the one that the opening thread was in. Each method is one
 * request to the kernel and its acknowledgement. Not safe for use by several threads at once. Source: rtnetlink(7).
 */
public final class Rtnetlink implements AutoCloseable {
    /** Of struct ifinfomsg's ifi_index, from the start of the message. */
    private static final int INDEX_OFFSET = NetlinkMessage.HEADER_BYTES + 4;

    private final NetlinkSocket socket;

    private Rtnetlink(NetlinkSocket socket) {
        this.socket = socket;
    }

    /**
     * A socket into the calling thread's network namespace.
     *
     * @throws SyscallException when the kernel refuses it
     */
    public static Rtnetlink open(Libc libc) throws SyscallException {
        return new Rtnetlink(NetlinkSocket.open(libc, Netlink.NETLINK_ROUTE, "route", 0));
    }

    /**
     * The index of the interface of this name, greater than 0.
     *
     * @throws SyscallException ENODEV when there is none
     */
    public int indexOf(String name) throws SyscallException {
        NetlinkMessage request = message(Netlink.RTM_GETLINK, 0).link(0, 0, 0);
        request.text(Netlink.IFLA_IFNAME, InterfaceName.checked(name));
        return exchange(request, "get link " + name).getInt(INDEX_OFFSET);
    }

    /**
     * Creates a pair of virtual Ethernet interfaces, both down: one here, its peer in the network namespace of a
     * process.
     *
     * @param peerNetnsPid the process, as this process' pid namespace numbers it
     * @throws SyscallException EEXIST when a name is taken on its side, ESRCH when there is no such process
     */
    public void createVeth(String name, String peerName, int peerNetnsPid) throws SyscallException {
        NetlinkMessage request =
                message(Netlink.RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL).link(0, 0, 0);
        request.text(Netlink.IFLA_IFNAME, InterfaceName.checked(name));
        int linkInfo = request.begin(Netlink.IFLA_LINKINFO);
        request.text(Netlink.IFLA_INFO_KIND, "veth");
        int data = request.begin(Netlink.IFLA_INFO_DATA);
        int peer = request.begin(Netlink.VETH_INFO_PEER);
        request.link(0, 0, 0)
                .text(Netlink.IFLA_IFNAME, InterfaceName.checked(peerName))
                .integer(Netlink.IFLA_NET_NS_PID, peerNetnsPid);
        request.end(peer).end(data).end(linkInfo);
        exchange(request, "create veth " + name + " with peer " + peerName + " in the netns of " + peerNetnsPid);
    }

    /**
     * Creates a bridge, down and without ports, that forwards every frame at once: no spanning tree, no forward delay,
     * no multicast snooping.
     *
     * @throws SyscallException EEXIST when the name is taken, ENOTSUP when the kernel has no bridges
     */
    public void createBridge(String name) throws SyscallException {
        NetlinkMessage request =
                message(Netlink.RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL).link(0, 0, 0);
        request.text(Netlink.IFLA_IFNAME, InterfaceName.checked(name));
        int linkInfo = request.begin(Netlink.IFLA_LINKINFO);
        request.text(Netlink.IFLA_INFO_KIND, "bridge");
        int data = request.begin(Netlink.IFLA_INFO_DATA);
        request.integer(Netlink.IFLA_BR_FORWARD_DELAY, 0)
                .integer(Netlink.IFLA_BR_STP_STATE, 0)
                .octet(Netlink.IFLA_BR_MCAST_SNOOPING, 0);
        request.end(data).end(linkInfo);
        exchange(request, "create bridge " + name);
    }

    /**
     * Makes an interface a port of a bridge.
     *
     * @throws SyscallException ENODEV when there is no interface of this index, ENOTSUP when the other is no bridge
     */
    public void setMaster(int index, int bridge) throws SyscallException {
        NetlinkMessage request = message(Netlink.RTM_NEWLINK, 0).link(index, 0, 0);
        request.integer(Netlink.IFLA_MASTER, bridge);
        exchange(request, "set master of link " + index + " to " + bridge);
    }

    /**
     * Brings an interface up.
     *
     * @throws SyscallException ENODEV when there is none of this index
     */
    public void setUp(int index) throws SyscallException {
        NetlinkMessage request = message(Netlink.RTM_NEWLINK, 0).link(index, Netlink.IFF_UP, Netlink.IFF_UP);
        exchange(request, "set link " + index + " up");
    }

    /**
     * Gives an interface an address.
     *
     * @param prefixLength of its network, in bits, 0 to 32
     * @throws SyscallException EEXIST when the interface has it
     */
    public void addAddress(int index, Inet4Address address, int prefixLength) throws SyscallException {
        if (prefixLength < 0 || prefixLength > Integer.SIZE) {
            throw new IllegalArgumentException("prefix length " + prefixLength);
        }
        NetlinkMessage request =
                message(Netlink.RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL).address(prefixLength, index);
        request.inet(Netlink.IFA_LOCAL, address).inet(Netlink.IFA_ADDRESS, address);
        exchange(request, "add address " + address.getHostAddress() + "/" + prefixLength + " to link " + index);
    }

    /**
     * Removes an interface; of a veth pair both ends go.
     *
     * @throws SyscallException ENODEV when there is none of this name
     */
    public void deleteLink(String name) throws SyscallException {
        NetlinkMessage request = message(Netlink.RTM_DELLINK, 0).link(0, 0, 0);
        request.text(Netlink.IFLA_IFNAME, InterfaceName.checked(name));
        exchange(request, "delete link " + name);
    }

    @Override
    public void close() {
        socket.close();
    }

    private NetlinkMessage message(int type, int flags) {
        // A get is answered by the object itself; asking for an acknowledgement as well would leave it in the queue.
        int ack = type == Netlink.RTM_GETLINK ? 0 : NLM_F_ACK;
        return socket.message(type, ack | flags);
    }

    private ByteBuffer exchange(NetlinkMessage request, String what) throws SyscallException {
        return socket.exchange(request, what);
    }
}
