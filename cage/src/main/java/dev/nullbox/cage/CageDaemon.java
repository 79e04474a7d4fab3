package dev.nullbox.cage;

import dev.nullbox.cage.agent.AgentCatalog;
import dev.nullbox.cage.agent.AgentRun;
import dev.nullbox.cage.agent.AgentRunner;
import dev.nullbox.cage.agent.CageSettings;
import dev.nullbox.cage.agent.CatalogEntry;
import dev.nullbox.cage.agent.ServiceClients;
import dev.nullbox.cage.agent.SlotTable;
import dev.nullbox.cage.agent.StaleStateCleaner;
import dev.nullbox.cage.disk.DiskStore;
import dev.nullbox.cage.exec.ExecMethods;
import dev.nullbox.cage.exec.ExecSessions;
import dev.nullbox.cage.jail.Cgroups;
import dev.nullbox.cage.jail.CoreScheduling;
import dev.nullbox.cage.jail.Kvm;
import dev.nullbox.cage.jail.Spawner;
import dev.nullbox.cage.secrets.LeaseMonitor;
import dev.nullbox.cage.secrets.LeaseRevoker;
import dev.nullbox.manifest.Problem;
import dev.nullbox.manifest.StartMode;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.rpc.RpcLimits;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.rpc.RpcServer;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.HeapWiper;
import dev.nullbox.service.RateLimitedLog;
import dev.nullbox.service.ServiceRuntime;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The daemon: finds the agents, starts those marked so, answers {@code agent.*}, and stops all of them in order. */
final class CageDaemon implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(16);
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final RpcServer server;
    private final Map<String, AgentRunner> runners;

    private CageDaemon(RpcServer server, Map<String, AgentRunner> runners) {
        this.server = server;
        this.runners = runners;
    }

    /** The appliance's service; returns when it is up, and the process lives on in its threads. */
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
     * @throws IOException when the directories, the control groups or the socket cannot be had
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
        List<CatalogEntry> found = new AgentCatalog(settings.imageAgents(), settings.dataAgents()).load();
        List<String> names = found.stream().map(CatalogEntry::name).distinct().toList();
        new StaleStateCleaner(libc, cgroups, clients).remove(names);
        Map<String, AgentSlot> slots = SlotTable.load(runtime.stateDir().resolve("slots"), settings.network())
                .assign(found.stream()
                        .filter(entry -> entry instanceof CatalogEntry.Accepted)
                        .map(CatalogEntry::name)
                        .toList());
        Spawner spawner = Spawner.start(libc);
        AgentRun.RunDependencies dependencies = new AgentRun.RunDependencies(
                libc,
                settings,
                spawner,
                cgroups,
                DiskStore.open(libc, spawner, settings.disks(), events),
                Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString(),
                clients,
                LeaseMonitor.start(clients::leases),
                LeaseRevoker.start(clients::revoke),
                HeapWiper.start(),
                RateLimitedLog.toStandardError("cage"),
                () -> System.nanoTime() / NANOS_PER_MILLI);
        Map<String, AgentRunner> runners = new TreeMap<>();
        List<CatalogEntry> entries = new ArrayList<>();
        for (CatalogEntry entry : found) {
            CatalogEntry placed = placed(entry, slots);
            announce(placed, events);
            entries.add(placed);
            AgentSlot slot = slots.get(entry.name());
            if (placed instanceof CatalogEntry.Accepted agent && slot != null) {
                runners.put(agent.name(), new AgentRunner(dependencies, agent, slot, events));
            }
        }
        RpcServer server = RpcServer.listen(runtime.socketPath(), methods(entries, runners, events), limits());
        runners.values().forEach(CageDaemon::begin);
        return new CageDaemon(server, runners);
    }

    private static List<RpcMethod> methods(
            List<CatalogEntry> entries, Map<String, AgentRunner> runners, EventSink events) {
        CageService service = new CageService(entries, runners);
        List<RpcMethod> methods = new ArrayList<>(service.methods());
        methods.addAll(new ExecMethods(service::runner, ExecSessions.start(), events).methods());
        return methods;
    }

    /** A program's reader waits for output, and its writer for room: they must not keep others waiting. */
    private static RpcLimits limits() {
        RpcLimits usual = RpcLimits.defaults();
        int streams = 2 * ExecSessions.MAX_SESSIONS;
        return new RpcLimits(usual.connections() + streams, usual.workers() + streams, usual.idle(), usual.call());
    }

    private static void begin(AgentRunner runner) {
        Thread thread = new Thread(runner, "cage-" + runner.agent().name());
        thread.start();
        if (runner.agent().manifest().agent().start() == StartMode.AUTO) {
            var _ = runner.start("auto");
        }
    }

    private static CatalogEntry placed(CatalogEntry entry, Map<String, AgentSlot> slots) {
        if (entry instanceof CatalogEntry.Accepted && !slots.containsKey(entry.name())) {
            return new CatalogEntry.Refused(
                    entry.name(),
                    entry.from(),
                    List.of(new Problem(
                            "agent.name", "there is room for " + AgentSlot.MAX + " agents", "remove another one")));
        }
        return entry;
    }

    private static void announce(CatalogEntry entry, EventSink events) {
        switch (entry) {
            case CatalogEntry.Accepted agent ->
                events.emit(
                        AgentContract.MANIFEST_LOADED,
                        Fields.AGENT.is(agent.name()),
                        AgentContract.FROM.is(agent.from().key()));
            case CatalogEntry.Refused refused -> {
                events.emit(
                        AgentContract.MANIFEST_REFUSED,
                        Fields.AGENT.is(refused.name()),
                        CageService.problems(refused.problems()));
                refused.problems()
                        .forEach(problem -> System.err.println(
                                "agent " + TerminalText.escaped(refused.name() + " refused: " + problem)));
            }
        }
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

    /** Stops all agents, waits until nothing of them is left, and answers no more. */
    @Override
    public void close() {
        server.close();
        Map<AgentRunner, CompletableFuture<Boolean>> stops = new LinkedHashMap<>();
        runners.values().forEach(runner -> stops.put(runner, runner.stop()));
        long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
        stops.forEach((runner, stop) -> awaitIdle(runner, stop, deadline));
    }

    /** The stop must be taken before the state counts: an agent that waits to be started anew is idle too. */
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
