package dev.nullbox.nulld.supervise;

import dev.nullbox.natives.linux.Capabilities;
import dev.nullbox.nulld.linux.ServiceSpec;
import dev.nullbox.protocol.Audience;
import java.util.List;
import java.util.stream.IntStream;

/** Services of the appliance: user, capabilities, limits, and the services that must be ready before. */
public final class ServiceTable {
    private static final long START_LIMIT = 60_000;
    private static final long STOP_LIMIT = 10_000;
    private static final long CAGE_STOP_LIMIT = 20_000;

    /**
     * Capabilities of cage, each with its use: namespaces, veths, users of VMMs, their files, their end, their limits.
     */
    private static final List<String> CAGE = List.of(
            "CAP_SYS_ADMIN",
            "CAP_NET_ADMIN",
            "CAP_SETUID",
            "CAP_SETGID",
            "CAP_SETPCAP",
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_FOWNER",
            "CAP_KILL",
            "CAP_SYS_CHROOT",
            "CAP_MKNOD",
            "CAP_SYS_RESOURCE");

    /** dhcpcd opens raw sockets and sets addresses, then drops to its own user by itself. */
    private static final List<String> DHCPCD = List.of(
            "CAP_NET_ADMIN",
            "CAP_NET_RAW",
            "CAP_NET_BIND_SERVICE",
            "CAP_SETUID",
            "CAP_SETGID",
            "CAP_CHOWN",
            "CAP_KILL",
            "CAP_SYS_CHROOT");

    /**
     * All services, each after those that it depends on; it stops before them, so that the network outlives what
     * answers over it.
     */
    public static final List<ServiceSpec> ALL = List.of(
            ours(
                    "egress",
                    List.of("CAP_NET_ADMIN", "CAP_NET_BIND_SERVICE"),
                    List.of(),
                    limits(128, 64, "a heap of 64 MiB, and libnftables with the rules of 64 agents")),
            new ServiceSpec(
                    "network",
                    "root",
                    List.of(),
                    DHCPCD,
                    List.of(
                            "/sbin/dhcpcd",
                            "--nobackground",
                            "--nodev",
                            "--ipv4only",
                            "--noipv4ll",
                            "--noarp",
                            "--denyinterfaces",
                            "nb*",
                            "--script",
                            "/sbin/dhcp-lease"),
                    List.of("egress"),
                    false,
                    ServiceSpec.Readiness.EXEC,
                    START_LIMIT,
                    STOP_LIMIT,
                    limits(64, 32, "a few MiB for dhcpcd, launch before it, and its script")),
            new ServiceSpec(
                    Audience.GATE,
                    Audience.GATE,
                    List.of(),
                    List.of(),
                    List.of("/sbin/gate", "-Xmx64m"),
                    List.of("egress"),
                    true,
                    ServiceSpec.Readiness.NOTIFY,
                    START_LIMIT,
                    STOP_LIMIT,
                    limits(256, 32, "a heap of 64 MiB for connections that it opens, and the kernel's buffers")),
            new ServiceSpec(
                    "warden",
                    "warden",
                    List.of(),
                    List.of(),
                    // Argon2id's 64 MiB lie on the heap, twice while the collector moves them.
                    List.of("/sbin/warden", "-Xmx192m"),
                    List.of(),
                    true,
                    ServiceSpec.Readiness.HEARTBEAT,
                    START_LIMIT,
                    STOP_LIMIT,
                    limits(320, 64, "a heap of 192 MiB: Argon2id's 64 twice, the index of 100,000 secrets")),
            ours(
                    "ctxgraph",
                    List.of(),
                    List.of(),
                    limits(256, 512, "a heap of 64 MiB, SQLite's caches, threads for 64 agents' connections")),
            new ServiceSpec(
                    "cage",
                    "root",
                    List.of(),
                    CAGE,
                    List.of("/sbin/cage"),
                    List.of("egress", "gate", "warden", "ctxgraph", "network"),
                    true,
                    ServiceSpec.Readiness.HEARTBEAT,
                    START_LIMIT,
                    CAGE_STOP_LIMIT,
                    limits(512, 1024, "a heap, and jails until each joins its agent's own cgroup; on a JVM too")),
            ours(
                    Audience.GATEWAY,
                    List.of(),
                    List.of("egress", "network"),
                    limits(192, 256, "a heap of 64 MiB, and TLS for all the connections it takes")),
            // Only the test image has the program: it kills services on behalf of the tests.
            new ServiceSpec(
                    "chaos",
                    "root",
                    List.of(),
                    allCapabilities(),
                    List.of("/sbin/chaos"),
                    List.of(),
                    false,
                    ServiceSpec.Readiness.NOTIFY,
                    START_LIMIT,
                    STOP_LIMIT,
                    limits(768, 256, "in the test image only: a microVM to compare with runs in it")));

    private ServiceTable() {}

    private static ServiceSpec.Limits limits(long memoryMib, int tasks, String why) {
        return new ServiceSpec.Limits(memoryMib, tasks, why);
    }

    private static ServiceSpec ours(
            String name, List<String> capabilities, List<String> after, ServiceSpec.Limits limits) {
        return new ServiceSpec(
                name,
                name,
                List.of(),
                capabilities,
                List.of("/sbin/" + name),
                after,
                true,
                ServiceSpec.Readiness.HEARTBEAT,
                START_LIMIT,
                STOP_LIMIT,
                limits);
    }

    private static List<String> allCapabilities() {
        return IntStream.rangeClosed(0, Capabilities.CAP_LAST_CAP)
                .mapToObj(Capabilities::name)
                .toList();
    }
}
