package dev.nullbox.cage;

import dev.nullbox.cage.agent.AgentCatalog;
import dev.nullbox.cage.agent.AgentRegistry;
import dev.nullbox.cage.agent.AgentRun;
import dev.nullbox.cage.agent.AgentRunner;
import dev.nullbox.cage.agent.CageSettings;
import dev.nullbox.cage.agent.CatalogEntry;
import dev.nullbox.cage.agent.EndedRuns;
import dev.nullbox.cage.agent.ServiceClients;
import dev.nullbox.cage.agent.SlotTable;
import dev.nullbox.cage.agent.StaleStateCleaner;
import dev.nullbox.cage.disk.DiskStore;
import dev.nullbox.cage.exec.ExecMethods;
import dev.nullbox.cage.exec.ExecSessions;
import dev.nullbox.cage.exec.FileGuests;
import dev.nullbox.cage.exec.RunMethods;
import dev.nullbox.cage.exec.RunningAgent;
import dev.nullbox.cage.exec.StoppedAgents;
import dev.nullbox.cage.jail.Cgroups;
import dev.nullbox.cage.jail.CoreScheduling;
import dev.nullbox.cage.jail.Kvm;
import dev.nullbox.cage.jail.Spawner;
import dev.nullbox.cage.log.AgentLogs;
import dev.nullbox.cage.log.LogMethods;
import dev.nullbox.cage.secrets.LeaseMonitor;
import dev.nullbox.cage.secrets.LeaseRevoker;
import dev.nullbox.cage.stats.StatsMethods;
import dev.nullbox.cage.stats.UsageReader;
import dev.nullbox.cage.store.AgentStore;
import dev.nullbox.cage.store.DeployMethods;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.rpc.RpcLimits;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.rpc.RpcServer;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.HeapWiper;
import dev.nullbox.service.RateLimitedLog;
import dev.nullbox.service.ServiceRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The daemon: loads the agents, starts those marked so, answers {@code agent.*}, and stops all of them in order. */
final class CageDaemon implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(16);
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final RpcServer server;
    private final AgentRegistry agents;
    private final DeployMethods deploy;

    private CageDaemon(RpcServer server, AgentRegistry agents, DeployMethods deploy) {
        this.server = server;
        this.agents = agents;
        this.deploy = deploy;
    }

    /** Starts the appliance's service; returns when it is up, and the process lives on in its threads. */
    static void main() {
        ServiceRuntime runtime = ServiceRuntime.fromEnvironment("cage");
        try {
            CageSettings settings = CageSettings.appliance(runtime.socketPath().resolveSibling(""));
            CageDaemon daemon = start(Natives.libc(), settings, runtime);
            runtime.onTerminate(daemon::close);
            runtime.ready();
        } catch (IOException e) {
            System.err.println("cage: " + e.getMessage());
            System.exit(1);
        }
    }

    /**
     * A running daemon.
     *
     * @throws IOException when the directories, the control groups or the socket cannot be opened
     */
    static CageDaemon start(Libc libc, CageSettings settings, ServiceRuntime runtime) throws IOException {
        EventSink events = runtime.events();
        libc.ignoreSignal(Signals.SIGPIPE).orThrow("ignore SIGPIPE");
        Files.createDirectories(settings.jailRoot());
        Files.createDirectories(settings.guests());
        Cgroups cgroups = new Cgroups(settings.cgroups(), settings.controllers());
        cgroups.prepare();
        ServiceClients clients = new ServiceClients(settings.sockets(), settings.callDeadline());
        announceKvm(Kvm.probe(libc, settings.kvmDevice()), events);
        if (CoreScheduling.isNeedless(libc)) {
            System.err.println("cage: microVMs have no core-scheduling cookie: no core has two threads");
        }
        Spawner spawner = Spawner.start(libc);
        DiskStore disks = DiskStore.open(libc, spawner, settings.disks(), events);
        Path root = Files.createDirectories(settings.disks().data().resolve("store"));
        disks.include(root);
        AgentStore store = AgentStore.open(root);
        AgentLogs logs =
                AgentLogs.open(settings.disks().data().resolve("logs"), disks.outputLimit(), System::currentTimeMillis);
        List<CatalogEntry> found =
                new AgentCatalog(settings.imageAgents(), settings.dataAgents()).load(store.entries());
        List<String> names = found.stream().map(CatalogEntry::name).distinct().toList();
        new StaleStateCleaner(libc, cgroups, clients, settings.guests()).remove(names);
        SlotTable slots = SlotTable.load(runtime.stateDir().resolve("slots"), settings.network());
        AgentRun.RunDependencies dependencies = new AgentRun.RunDependencies(
                libc,
                settings,
                spawner,
                cgroups,
                disks,
                store::verify,
                logs,
                Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString(),
                clients,
                LeaseMonitor.start(clients::leases),
                LeaseRevoker.start(clients::revoke),
                HeapWiper.start(),
                RateLimitedLog.toStandardError("cage"),
                () -> System.nanoTime() / NANOS_PER_MILLI);
        EndedRuns ended = EndedRuns.load(runtime.stateDir().resolve("ended-runs"), System::currentTimeMillis);
        AgentRegistry agents = new AgentRegistry(dependencies, slots, events, ended);
        agents.load(found);
        DeployMethods deploy = DeployMethods.open(libc, settings, cgroups, spawner, store, agents, disks, events);
        List<RpcMethod> methods = methods(agents, deploy, events);
        methods.addAll(new LogMethods(logs, agent -> previousRun(agents, agent)).methods());
        UsageReader usage = new UsageReader(agents, cgroups, disks, UsageReader.INTERFACES, System::currentTimeMillis);
        methods.addAll(new StatsMethods(agents, usage).methods());
        RpcServer server = RpcServer.listen(runtime.socketPath(), methods, limits());
        agents.startAll();
        return new CageDaemon(server, agents, deploy);
    }

    private static List<RpcMethod> methods(AgentRegistry agents, DeployMethods deploy, EventSink events) {
        List<RpcMethod> methods = new ArrayList<>(new CageService(agents).methods());
        ExecSessions sessions = ExecSessions.start();
        ExecMethods.Agents running = request -> RunningAgent.of(agents.runnerOfRun(request));
        FileGuests files = new StoppedAgents(running, agents);
        methods.addAll(new ExecMethods(running, files, sessions, events).methods());
        methods.addAll(new RunMethods(agents, sessions, events).methods());
        methods.addAll(deploy.methods());
        return methods;
    }

    private static Optional<Long> previousRun(AgentRegistry agents, AgentName agent) {
        return agents.runner(agent.value())
                .filter(runner -> runner.snapshot().run() > 0)
                .map(AgentRunner::previousRun);
    }

    /**
     * Limits of the RPC server: readers of programs and of output block, as does a program's writer, and must not use
     * up the workers.
     */
    private static RpcLimits limits() {
        RpcLimits usual = RpcLimits.defaults();
        int streams = 2 * ExecSessions.MAX_SESSIONS + LogMethods.MAX_WAITING + CageService.MAX_WAITING;
        return new RpcLimits(usual.connections() + streams, usual.workers() + streams, usual.idle(), usual.call());
    }

    private static void announceKvm(Kvm.Support support, EventSink events) {
        switch (support) {
            case Kvm.Support.Available(int api) ->
                events.emit(AgentContract.KVM_AVAILABLE, AgentContract.API.is((long) api));
            case Kvm.Support.Missing(String why) -> {
                events.emit(AgentContract.KVM_MISSING, Fields.WHY.is(why));
                System.err.println("cage: no microVM can be started: " + why);
            }
        }
    }

    /** Stops all agents, waits until none of their processes is left, and answers no more. */
    @Override
    public void close() {
        server.close();
        deploy.close();
        Map<AgentRunner, CompletableFuture<Boolean>> stops = new LinkedHashMap<>();
        agents.allRunners().forEach(runner -> stops.put(runner, runner.stop()));
        long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
        stops.forEach((runner, stop) -> awaitIdle(runner, stop, deadline));
    }

    /**
     * Waits until the agent is idle. The stop must be accepted before the state counts: an agent in backoff is idle
     * too.
     */
    private static void awaitIdle(AgentRunner runner, CompletableFuture<Boolean> stop, long deadline) {
        try {
            stop.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (!runner.awaitIdle(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
                System.err.println("cage: " + runner.agent().name() + " is still "
                        + runner.snapshot().state().label());
            }
        } catch (TimeoutException | ExecutionException e) {
            System.err.println("cage: " + runner.agent().name() + " did not accept the stop request: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
