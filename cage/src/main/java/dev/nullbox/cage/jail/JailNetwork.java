package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.netlink.Rtnetlink;
import dev.nullbox.natives.netlink.Tap;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Network of an agent: a veth pair whose outer end on the host has the gateway's address, and whose inner end is
 * bridged to the guest's network card. IPv4 alone.
 */
public final class JailNetwork {
    static final String AGENT_INTERFACE = "eth0";

    /** The host's end of the guest's network card. */
    static final String TAP = "tap0";

    /** Largest frame payload of the guest. */
    public static final int MTU = 1_500;

    private static final String BRIDGE = "bridge0";

    private JailNetwork() {}

    /**
     * Sets up the inner end, in the calling thread's network namespace, to which the daemon has moved {@code eth0}:
     * bridged with the tap of the guest's network card. No interface in here has an address.
     *
     * @param uid the VMM's user, who may open the tap
     */
    static void setUp(Libc libc, int uid) throws IOException {
        withoutIpv6("all");
        withoutIpv6("default");
        Tap.create(libc, TAP, uid);
        try (Rtnetlink links = Rtnetlink.open(libc)) {
            links.createBridge(BRIDGE);
            int bridge = links.indexOf(BRIDGE);
            for (String name : List.of(AGENT_INTERFACE, TAP)) {
                int link = links.indexOf(name);
                links.setMaster(link, bridge);
                links.setUp(link);
            }
            links.setUp(bridge);
        }
    }

    /** Sets up the outer end: creates the pair, with the inner end in the network namespace of the thread. */
    public static void connect(Libc libc, AgentSlot slot, int threadId) throws IOException {
        try (Rtnetlink links = Rtnetlink.open(libc)) {
            links.createVeth(slot.interfaceName(), AGENT_INTERFACE, threadId);
            withoutIpv6(slot.interfaceName());
            int wire = links.indexOf(slot.interfaceName());
            links.addAddress(wire, address(slot.gateway()), AgentSlot.PREFIX_LENGTH);
            links.setUp(wire);
        }
    }

    /** Sets up an outer end that stays down and has no address: nothing passes it. */
    public static void occupy(Libc libc, AgentSlot slot, int threadId) throws IOException {
        try (Rtnetlink links = Rtnetlink.open(libc)) {
            links.createVeth(slot.interfaceName(), AGENT_INTERFACE, threadId);
            withoutIpv6(slot.interfaceName());
        }
    }

    /**
     * An address of the machine itself within the agents' network, which would become unreachable; absent when there is
     * none.
     */
    public static Optional<String> overlap(AgentNetwork agents) throws SocketException {
        return NetworkInterface.networkInterfaces()
                .filter(link -> !link.getName().equals("lo")
                        && AgentSlot.ofInterface(agents, link.getName()).isEmpty())
                .flatMap(link -> link.getInterfaceAddresses().stream()
                        .filter(own -> agents.overlaps(own.getAddress().getAddress(), own.getNetworkPrefixLength()))
                        .map(own -> link.getName() + " has " + own.getAddress().getHostAddress() + "/"
                                + own.getNetworkPrefixLength()))
                .findFirst();
    }

    public static Inet4Address address(String dotted) throws IOException {
        return Inet4Address.ofLiteral(dotted);
    }

    /**
     * Disables IPv6 on an interface; a kernel without IPv6 has no such setting. /proc/sys/net shows the calling
     * thread's namespace.
     */
    private static void withoutIpv6(String name) throws IOException {
        Path disable = Path.of("/proc/sys/net/ipv6/conf", name, "disable_ipv6");
        if (Files.exists(disable)) {
            Files.write(disable, "1\n".getBytes(StandardCharsets.US_ASCII));
        }
    }
}
