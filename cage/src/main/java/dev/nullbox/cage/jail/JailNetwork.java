package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.netlink.Rtnetlink;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The two ends of an agent's wire: one address each, IPv4 alone. */
public final class JailNetwork {
    static final String AGENT_INTERFACE = "eth0";

    private JailNetwork() {}

    /** The inner end, in the calling thread's network namespace, to which the daemon has moved {@code eth0}. */
    static void setUp(Libc libc, Slot slot) throws IOException {
        withoutIpv6("all");
        withoutIpv6("default");
        try (Rtnetlink links = Rtnetlink.open(libc)) {
            links.setUp(links.indexOf("lo"));
            int wire = links.indexOf(AGENT_INTERFACE);
            links.addAddress(wire, address(slot.agentAddress()), Slot.PREFIX_LENGTH);
            links.setUp(wire);
            links.addDefaultRoute(address(slot.gatewayAddress()));
        }
    }

    /** The outer end: makes the pair, with the inner end in the network namespace of the thread. */
    public static void connect(Libc libc, Slot slot, int threadId) throws IOException {
        try (Rtnetlink links = Rtnetlink.open(libc)) {
            links.createVeth(slot.hostInterface(), AGENT_INTERFACE, threadId);
            withoutIpv6(slot.hostInterface());
            int wire = links.indexOf(slot.hostInterface());
            links.addAddress(wire, address(slot.gatewayAddress()), Slot.PREFIX_LENGTH);
            links.setUp(wire);
        }
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
