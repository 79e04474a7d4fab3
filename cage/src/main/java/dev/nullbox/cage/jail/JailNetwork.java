package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.netlink.Rtnetlink;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The two ends of an agent's wire: one address each, IPv4 alone. */
public final class JailNetwork {
    static final String AGENT_INTERFACE = "eth0";

    private JailNetwork() {}

    /** The inner end, in the calling thread's network namespace, to which the daemon has moved {@code eth0}. */
    static void setUp(Libc libc, AgentSlot slot) throws IOException {
        withoutIpv6("all");
        withoutIpv6("default");
        try (Rtnetlink links = Rtnetlink.open(libc)) {
            links.setUp(links.indexOf("lo"));
            int wire = links.indexOf(AGENT_INTERFACE);
            links.addAddress(wire, address(slot.address()), AgentSlot.PREFIX_LENGTH);
            links.setUp(wire);
            links.addDefaultRoute(address(slot.gateway()));
        }
    }

    /** The outer end: makes the pair, with the inner end in the network namespace of the thread. */
    public static void connect(Libc libc, AgentSlot slot, int threadId) throws IOException {
        try (Rtnetlink links = Rtnetlink.open(libc)) {
            links.createVeth(slot.interfaceName(), AGENT_INTERFACE, threadId);
            withoutIpv6(slot.interfaceName());
            int wire = links.indexOf(slot.interfaceName());
            links.addAddress(wire, address(slot.gateway()), AgentSlot.PREFIX_LENGTH);
            links.setUp(wire);
        }
    }

    /** An address of the machine's own that lies in the agents' network, which then would not be reached; absent when none. */
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

    /** Absent where the kernel has no IPv6; /proc/sys/net shows the calling thread's namespace. */
    private static void withoutIpv6(String name) throws IOException {
        Path disable = Path.of("/proc/sys/net/ipv6/conf", name, "disable_ipv6");
        if (Files.exists(disable)) {
            Files.write(disable, "1\n".getBytes(StandardCharsets.US_ASCII));
        }
    }
}
