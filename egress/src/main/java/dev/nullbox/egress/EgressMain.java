package dev.nullbox.egress;

import dev.nullbox.egress.dns.AgentNames;
import dev.nullbox.egress.dns.AgentNamesStore;
import dev.nullbox.egress.dns.Bindings;
import dev.nullbox.egress.dns.ContactReports;
import dev.nullbox.egress.dns.DnsServer;
import dev.nullbox.egress.dns.Grants;
import dev.nullbox.egress.dns.NameServers;
import dev.nullbox.egress.time.TimeServer;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.netlink.NftGeneration;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.NameServer;
import dev.nullbox.rpc.RpcClient;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcLimits;
import dev.nullbox.rpc.RpcServer;
import dev.nullbox.service.RateLimitedLog;
import dev.nullbox.service.ServiceRuntime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The program {@code egress}: installs default drop first, reports readiness, then installs each agent's rules at
 * cage's request.
 */
public final class EgressMain {
    /** Environment variable with the number of the gate's user, for tests. */
    static final String GATE_USER = "NULLBOX_GATE_USER";

    /** The gate's number in /etc/passwd of the image. */
    public static final String DEFAULT_GATE_USER = "107";

    /** Threads of calls: one waits for changes on the gate's behalf, and up to three answer it. */
    private static final RpcLimits LIMITS = new RpcLimits(64, 8, Duration.ofSeconds(60), Duration.ofSeconds(60));

    private static final Duration TELL_TIMEOUT = Duration.ofSeconds(5);

    private EgressMain() {}

    /** Runs until SIGTERM. The rules stay in the kernel when it ends, in any way. */
    public static void main(String[] args) {
        ServiceRuntime runtime = ServiceRuntime.fromEnvironment("egress");
        AgentNetwork network = AgentNetwork.parse(
                System.getenv().getOrDefault(AgentNetwork.VARIABLE, AgentNetwork.DEFAULT.toString()));
        int gateUser = Integer.parseInt(System.getenv().getOrDefault(GATE_USER, DEFAULT_GATE_USER));
        RateLimitedLog log = RateLimitedLog.toStandardError("egress");
        TableWatch watch = new TableWatch(runtime.events(), log);
        try {
            NftGeneration generation = NftGeneration.open(Natives.libc());
            RulesStore rules = RulesStore.open(runtime.runDir().resolve("applied-rules"), network);
            Firewall firewall = new Firewall(
                    new KernelTable(Natives.nftables(), generation::read, network, gateUser, rules, watch), network);
            firewall.start();
            runtime.events().emit(EgressContract.DEFAULT_DROP);
            RefusalEvents refusals =
                    new RefusalEvents(runtime.events(), () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
            AgentNamesStore names = AgentNamesStore.open(runtime.runDir().resolve("names"));
            Grants kept = new Grants(
                    runtime.runDir().resolve("grants"), () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
            for (Firewall.Installed installed : firewall.installed()) {
                names.restore(installed.agent(), installed.slot());
                kept.restore(installed.slot());
                names.at(installed.slot()).ifPresent(agent -> refusals.began(agent, true));
            }
            NameServers servers = new NameServers(resolverFiles(runtime), known -> allow(firewall, known), log);
            Revision revision = new Revision(System.currentTimeMillis());
            GrantMethods grants = new GrantMethods(firewall, names, kept, runtime.events(), revision);
            RefusedConnections connections = new RefusedConnections(
                    firewall, refusals, slot -> names.at(slot).map(AgentNames::agent), grants, log);
            ContactReports contacts =
                    ContactReports.start(connections, (run, reached) -> tell(runtime, run, reached), log);
            Bindings bindings = new Bindings(contacts, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
            DnsServer dns = DnsServer.open(
                    new DnsServer.Parts(
                            (InetAddress address) -> names.at(address),
                            network,
                            servers,
                            new KernelAdmission(firewall, names, kept),
                            bindings),
                    NftText.DNS_PORT,
                    log);
            TimeServer time = TimeServer.open(
                    address -> names.at(address).isPresent(), Clock.systemUTC(), NftText.TIME_PORT, log);
            GateMethods gate = new GateMethods(names, kept, bindings, dns::stands, refusals, revision);
            EgressService service =
                    new EgressService(firewall, names, refusals, connections, grants, gate, runtime.events());
            RpcServer server = RpcServer.listen(runtime.socketPath(), service.methods(), LIMITS);
            runtime.onTerminate(() -> {
                watch.close();
                connections.close();
                dns.close();
                contacts.close();
                time.close();
                server.close();
            });
            connections.start();
            watch.start(firewall);
            runtime.ready();
        } catch (RpcException | IOException failure) {
            System.err.println("egress: " + failure.getMessage());
            runtime.exit(1);
        }
    }

    /**
     * Files of name servers in PID 1's run directory, the parent of egress's own: of the kernel's command line, and of
     * DHCP's lease.
     */
    private static List<Path> resolverFiles(ServiceRuntime runtime) {
        Path own = runtime.runDir();
        return List.of(
                own.resolveSibling(NameServer.FILE_OF_COMMAND_LINE), own.resolveSibling(NameServer.FILE_OF_LEASE));
    }

    /** Tells the memory service, whose socket is beside egress' own directory, what an agent was let through to. */
    private static void tell(ServiceRuntime runtime, AgentNames run, List<String> reached) throws RpcException {
        Path sockets = runtime.runDir().toAbsolutePath().resolveSibling("");
        var _ = RpcClient.call(
                sockets,
                MemoryContract.CONTACTED,
                TELL_TIMEOUT,
                MemoryContract.AGENT.is(run.agent()),
                Fields.ADDRESS.is(run.slot().gateway()),
                MemoryContract.CONTACTED_NAMES.is(reached));
    }

    private static void allow(Firewall firewall, List<InetSocketAddress> servers) {
        try {
            firewall.allowResolvers(servers);
        } catch (RpcException refused) {
            throw new IllegalStateException("the name servers cannot be asked: " + refused.getMessage(), refused);
        }
    }
}
