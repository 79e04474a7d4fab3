package dev.nullbox.cage.agent;

import dev.nullbox.cage.disk.DiskRequest;
import dev.nullbox.cage.disk.DiskStore;
import dev.nullbox.cage.disk.RunDisks;
import dev.nullbox.cage.guest.GuestEnd;
import dev.nullbox.cage.guest.GuestServer;
import dev.nullbox.cage.jail.CageExit;
import dev.nullbox.cage.jail.Cgroups;
import dev.nullbox.cage.jail.JailNetwork;
import dev.nullbox.cage.jail.JailPipe;
import dev.nullbox.cage.jail.JailSpec;
import dev.nullbox.cage.jail.Secret;
import dev.nullbox.cage.jail.Spawner;
import dev.nullbox.cage.jail.VmConfig;
import dev.nullbox.cage.log.AgentLogs;
import dev.nullbox.cage.log.LogStream;
import dev.nullbox.cage.secrets.LeaseMonitor;
import dev.nullbox.cage.secrets.LeaseRevoker;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.manifest.ManifestChange;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.natives.netlink.Rtnetlink;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.HeapWiper;
import dev.nullbox.service.RateLimitedLog;
import dev.nullbox.service.process.ChildProcess;
import dev.nullbox.service.process.ExitStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Run of an agent: firewall, secrets, disks, cgroup, guest's listener, process, network, memory. Each step registers
 * its cleanup; cleanups run in reverse order on failure and at exit.
 */
public final class AgentRun {
    private static final List<String> ENVIRONMENT = List.of("LANG=C.UTF-8", "PATH=/sbin:/bin");
    private static final long STATUS_POLL_MILLIS = 100;
    private static final long REAP_SECONDS = 20;
    /** Time from the agent's end until its VMM has ended; its disks are synced before. */
    static final Duration GUEST_END = Duration.ofSeconds(10);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    private static final int CONSOLE_TAIL = 8;
    /** Mark of a line of the guest's kernel or init among libkrun's own messages. */
    private static final String GUEST_MARK = " init_or_kernel] ";
    /** Start of a kernel's last lines: those after it are a stack. */
    private static final String PANIC = "Kernel panic - not syncing";

    /** Reason of a ban: the agent asked for a canary. */
    static final String CANARY = "canary";

    /** Images of roots, which are checked against their digests before use. */
    @FunctionalInterface
    public interface RootImages {
        /** Throws when it is another image than was added. */
        void verify(Path image) throws IOException;
    }

    /**
     * Dependencies of all runs.
     *
     * @param hostPids the host's PID namespace, as /proc names it
     */
    public record RunDependencies(
            Libc libc,
            CageSettings settings,
            Spawner spawner,
            Cgroups cgroups,
            DiskStore disks,
            RootImages images,
            AgentLogs logs,
            String hostPids,
            ServiceClients clients,
            LeaseMonitor leaseMonitor,
            LeaseRevoker leaseRevoker,
            HeapWiper wiper,
            RateLimitedLog log,
            LongSupplier clockMillis) {}

    /** Callbacks of one run; may arrive on any thread. */
    interface Listener {
        void console(String line);

        /** Tells whether a line of the console would be shown, and not only counted. */
        boolean takesConsole();

        /** So many lines of the console were counted and not shown. */
        void skipped(long lines);

        void message(String line);

        /** The sandbox was read back; with the limits of its control group, by the names of their files. */
        void sandboxed(Map<String, String> limits);

        /** The guest repairs a disk before the agent's program can run. */
        void repairing();

        /** The agent's program runs in its guest. */
        void started();

        void ended(RunEnd end);

        /** It failed its health check. */
        void unhealthy(String why);

        /** It did what is forbidden, and must end for good. */
        void banned(String why);

        /** A secret was wiped in its guest. */
        void wiped(String name, String why);
    }

    private final RunDependencies dependencies;
    private final RunSpec spec;
    private final CatalogEntry.Accepted agent;
    private final AgentSlot slot;
    private final long number;
    private final LiveRuns live;
    private final Listener listener;
    private final long begunMillis;
    private final CleanupStack cleanups;
    private final RunSidecars sidecars;
    private final BlockingQueue<String> statusLines = new LinkedBlockingQueue<>();
    private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
    private final ArrayDeque<String> consoleTail = new ArrayDeque<>();
    private volatile @Nullable ChildProcess child;
    private volatile @Nullable GuestServer guest;
    private volatile @Nullable GuestEnd report;
    private volatile @Nullable RunEnd failure;
    private volatile boolean hasEntered;
    private volatile boolean isKilled;
    private volatile Map<String, String> limits = Map.of();
    /** Guards the run's rights against its end. */
    private final Object changing = new Object();

    private boolean isChangeable;
    /** Its version's manifest, with what it has taken over from later ones. */
    private volatile Manifest manifest;
    /** What the gate puts in for it; set before its guest is. */
    private volatile Optional<GateSecrets> gate = Optional.empty();

    AgentRun(RunDependencies dependencies, RunSpec spec, LiveRuns live, Listener listener, CleanupStack cleanups) {
        this.dependencies = dependencies;
        this.spec = spec;
        this.agent = spec.agent();
        this.manifest = agent.manifest();
        this.slot = spec.slot();
        this.number = spec.number();
        this.live = live;
        this.listener = listener;
        this.cleanups = cleanups;
        this.begunMillis = dependencies.clockMillis().getAsLong();
        this.sidecars = new RunSidecars(dependencies, spec, listener);
    }

    long number() {
        return number;
    }

    /** Milliseconds since its begin. */
    long upMillis() {
        return dependencies.clockMillis().getAsLong() - begunMillis;
    }

    /** The guest's listener; absent until there is one. */
    Optional<GuestServer> guest() {
        return Optional.ofNullable(guest);
    }

    /** Its version. */
    CatalogEntry.Accepted agent() {
        return agent;
    }

    /** The process, or 0 when there is none yet. */
    int pid() {
        ChildProcess process = child;
        return process == null ? 0 : process.pid();
    }

    /**
     * Launches it; returns when the jail does not need the daemon any more.
     *
     * @param isCancelled polled while waiting; a launch that is cancelled fails
     * @throws IOException when a step failed; all cleanups have run
     * @throws RpcException likewise, of a service
     */
    void launch(BooleanSupplier isCancelled) throws IOException, RpcException {
        boolean isLaunched = false;
        try {
            steps(isCancelled);
            isLaunched = true;
            synchronized (changing) {
                isChangeable = true;
            }
        } finally {
            // After a bug too: leases must not outlive the run.
            if (!isLaunched) {
                cleanups.all();
            }
            if (hasSecrets()) {
                dependencies.wiper().request();
            }
        }
    }

    /**
     * Takes over what a run can of its agent's next manifest: network, processor time, health check.
     *
     * @return how the next manifest differs from the one before
     * @throws IOException when its run has ended, or the kernel refuses a limit; what was changed before stays
     * @throws RpcException when egress refuses the rules: none are in force then
     */
    List<ManifestChange> adopt(Manifest next) throws IOException, RpcException {
        synchronized (changing) {
            GuestServer server = guest;
            if (!isChangeable || server == null) {
                throw new IOException("run " + number + " of " + agent.name() + " is about to end; apply it again");
            }
            Manifest before = manifest;
            Manifest adopted = ManifestChange.adopted(before, next);
            if (spec.isOfFilesAlone()) {
                return ManifestChange.between(before, next);
            }
            Manifest.Capabilities may = adopted.capabilities();
            if (!may.network().equals(before.capabilities().network())) {
                dependencies.clients().addEgress(adopted, slot, gate.map(one -> one.opening(number, adopted)));
            }
            if (!may.maxCpuPercent().equals(before.capabilities().maxCpuPercent())) {
                dependencies.cgroups().limitCpu(spec.key(), may.maxCpuPercent().value());
            }
            if (!may.healthCheck().equals(before.capabilities().healthCheck())) {
                sidecars.check(server, may.healthCheck());
            }
            manifest = adopted;
            return ManifestChange.between(before, next);
        }
    }

    private boolean hasSecrets() {
        Manifest.Capabilities may = agent.manifest().capabilities();
        return !spec.isOfFilesAlone()
                && !(may.credentialRefs().isEmpty() && may.network().secrets().isEmpty());
    }

    private void steps(BooleanSupplier isCancelled) throws IOException, RpcException {
        String name = spec.key();
        dependencies.images().verify(agent.image());
        if (!spec.isOfFilesAlone()) {
            gate = GateSecrets.of(spec);
            rejectOverlap();
            cleanups.push(
                    EgressContract.REMOVE.name(), () -> dependencies.clients().removeEgress(agent.agent(), slot));
            dependencies
                    .clients()
                    .addEgress(agent.manifest(), slot, gate.map(one -> one.opening(number, agent.manifest())));
        }
        ServiceClients.GrantedLease granted = lease();
        try {
            RunDisks disks = disks();
            cleanups.push("remove the cgroup", () -> dependencies.cgroups().remove(name));
            limits = dependencies
                    .cgroups()
                    .create(
                            name,
                            agent.manifest().capabilities().maxCpuPercent().value(),
                            agent.manifest().capabilities().maxMemory().value());
            List<VmConfig.Disk> images =
                    GuestSetup.disks(agent.image(), dependencies.settings().tools(), disks);
            GuestServer server = listen(images, granted.secrets());
            JailPipe input = new JailPipe(dependencies.libc(), spawn(name).input());
            try {
                enterSandbox(input, images, server, granted, isCancelled);
            } finally {
                dependencies.libc().close(input.fd());
            }
        } catch (IOException | RpcException | RuntimeException e) {
            granted.secrets().forEach(Secret::close);
            throw e;
        }
    }

    private RunDisks disks() throws IOException {
        DiskRequest request = DiskRequest.of(agent.manifest().capabilities().filesystem());
        if (spec.task().isPresent()) {
            cleanups.push("release its disks", () -> dependencies.disks().releaseBeside(agent.agent(), number));
            return dependencies.disks().prepareBeside(agent.agent(), number, slot.uid(), request);
        }
        cleanups.push("release its disks", () -> dependencies.disks().release(agent.agent()));
        return dependencies.disks().prepare(agent.agent(), slot.uid(), request);
    }

    /** Takes the secrets over: they go to the guest with its configuration. */
    private GuestServer listen(List<VmConfig.Disk> disks, List<Secret> secrets) throws IOException {
        GuestServer server = GuestServer.open(
                dependencies.libc(),
                dependencies.settings().guests().resolve(spec.key()),
                slot.uid(),
                GuestSetup.configuration(spec, disks, secrets, gate),
                spec.streams(),
                new GuestListener());
        guest = server;
        cleanups.push("close the guest's listener", server::close);
        return server;
    }

    /**
     * Refuses to run when an address of the machine overlaps the agents' network: one of the two would become
     * unreachable.
     */
    private void rejectOverlap() throws IOException {
        Optional<String> overlap = JailNetwork.overlap(slot.network());
        if (overlap.isPresent()) {
            AgentNetwork other =
                    slot.network().equals(AgentNetwork.DEFAULT) ? new AgentNetwork(172, 30) : AgentNetwork.DEFAULT;
            throw new IOException("the agents' network " + slot.network() + " overlaps the machine's own: "
                    + overlap.get() + "; boot with nullbox.agent_network=" + other);
        }
    }

    private ServiceClients.GrantedLease lease() throws RpcException {
        if (!hasSecrets()) {
            return ServiceClients.GrantedLease.NOTHING;
        }
        cleanups.push(
                VaultContract.REVOKE.name(), () -> dependencies.leaseRevoker().end(agent.agent(), number));
        return live.lease(runs -> dependencies.clients().lease(agent.manifest(), number, runs));
    }

    private ChildProcess spawn(String name) throws IOException {
        List<String> command = new ArrayList<>(dependencies.settings().launcher());
        command.add("jail");
        ChildProcess process = ChildProcess.spawn(
                dependencies.libc(), dependencies.spawner(), new ChildProcess.Spec(command, ENVIRONMENT, true, 0, 0));
        child = process;
        cleanups.push("end the process", this::killAndReap);
        ProcessMonitor monitor = new ProcessMonitor(dependencies.libc(), process, new MonitorListener());
        Thread watcher =
                Thread.ofPlatform().daemon().name("cage-" + name + "-monitor").unstarted(monitor);
        try {
            // Before anything may reap it: its pid could belong to another process then.
            dependencies.cgroups().add(name, process.pid());
        } catch (IOException e) {
            dependencies.libc().close(process.input());
            watcher.start();
            throw earlyExit().map(why -> new IOException(why, e)).orElse(e);
        }
        watcher.start();
        return process;
    }

    /** The cause of a process that ended before it was in its group; absent when it runs. */
    private Optional<String> earlyExit() throws IOException {
        try {
            return Optional.of("the jail " + CageExit.explain(exit.get(1, TimeUnit.SECONDS)));
        } catch (TimeoutException | ExecutionException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the jail was starting", e);
        }
    }

    private void enterSandbox(
            JailPipe input,
            List<VmConfig.Disk> disks,
            GuestServer server,
            ServiceClients.GrantedLease granted,
            BooleanSupplier isCancelled)
            throws IOException, RpcException {
        Libc libc = dependencies.libc();
        byte[] jail = Json.bytes(Codec.encode(jailSpec(disks)));
        BooleanSupplier isOver = deadline(isCancelled);
        try {
            input.send(jail, isOver);
            input.send(new byte[] {'\n'}, isOver);
        } catch (SyscallException e) {
            throw e.errno() == Errno.EPIPE ? endedEarly(e) : e;
        }
        int threadId = Integer.parseInt(awaitStatus("netns ", isCancelled));
        cleanups.push("remove " + slot.interfaceName(), () -> removeLink(libc, slot.interfaceName()));
        if (spec.isOfFilesAlone()) {
            JailNetwork.occupy(libc, slot, threadId);
        } else {
            JailNetwork.connect(libc, slot, threadId);
            sidecars.serve(cleanups);
            cleanups.push(
                    MemoryContract.DETACH.name(), () -> dependencies.clients().detachMemory(agent.agent(), slot));
            dependencies.clients().attachMemory(agent, slot, number);
        }
        if (!granted.secrets().isEmpty()) {
            sidecars.watch(cleanups, granted.lease(), server);
        }
        input.send("go\n".getBytes(StandardCharsets.US_ASCII), isOver);
    }

    /** The failure by the process's end, which explains more than the broken pipe. */
    private IOException endedEarly(SyscallException brokenPipe) {
        try {
            String how = CageExit.explain(exit.get(REAP_SECONDS, TimeUnit.SECONDS));
            return new IOException("the jail " + how, brokenPipe);
        } catch (TimeoutException | ExecutionException e) {
            return brokenPipe;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return brokenPipe;
        }
    }

    private Message jailSpec(List<VmConfig.Disk> disks) {
        CageSettings settings = dependencies.settings();
        return Message.of(
                JailSpec.NETWORK.is(slot.network()),
                JailSpec.KVM_GROUP.is((long) settings.kvmGroup()),
                JailSpec.HOST_PID.is(dependencies.hostPids()),
                JailSpec.CAGE_PID.is((long) dependencies.libc().getpid()),
                JailSpec.CGROUP.is(Cgroups.name(spec.key())),
                JailSpec.NEW_ROOT.is(settings.jailRoot().toString()),
                JailSpec.BINDS.is(settings.binds()),
                JailSpec.CONTROL.is(settings.guests().resolve(spec.key()).toString()),
                JailSpec.LAUNCHER.is(settings.launcher()),
                JailSpec.KRUN_LOG_LEVEL.is((long) settings.krunLogLevel()),
                JailSpec.VM.is(VmConfig.of(agent.manifest(), slot, disks)));
    }

    /** The rest of the next status line, which must begin with the prefix. */
    private String awaitStatus(String prefix, BooleanSupplier isCancelled) throws IOException {
        BooleanSupplier isOver = deadline(isCancelled);
        while (!isOver.getAsBoolean()) {
            boolean ended = exit.isDone();
            String line = nextStatus();
            if (line != null && line.startsWith(prefix)) {
                return line.substring(prefix.length());
            }
            if (line != null || ended) {
                throw new IOException("the jail " + (ended ? CageExit.explain(exit.join()) : "said " + line));
            }
        }
        throw new IOException("the jail's sandbox was not in force within "
                + dependencies.settings().jailDeadline().toSeconds() + " s, or it was stopped");
    }

    /** Tells whether a jail's time for one step, from now on, has passed, or the launch is cancelled. */
    private BooleanSupplier deadline(BooleanSupplier isCancelled) {
        long deadline =
                System.nanoTime() + dependencies.settings().jailDeadline().toNanos();
        return () -> System.nanoTime() >= deadline || isCancelled.getAsBoolean();
    }

    private @Nullable String nextStatus() throws IOException {
        try {
            return statusLines.poll(STATUS_POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the jail was starting", e);
        }
    }

    static void removeLink(Libc libc, String name) throws SyscallException {
        try (Rtnetlink links = Rtnetlink.open(libc)) {
            links.deleteLink(name);
        } catch (SyscallException e) {
            if (e.errno() != Errno.ENODEV) {
                throw e;
            }
        }
    }

    /** Ends the agent by its own signal, and its guest with it; ends the VMM where the guest cannot be reached. */
    void terminate() {
        GuestServer server = guest;
        var stated = agent.manifest().agent();
        try {
            if (server == null || !server.isUp()) {
                kill();
            } else {
                server.init().stop(stated.stopSignal().number(), Duration.ofSeconds(stated.stopSecs()));
            }
        } catch (IOException e) {
            listener.message("it is killed, as its guest could not be asked to stop: " + e.getMessage());
            kill();
        }
    }

    /** Ends the VMM. */
    void kill() {
        isKilled = true;
        signalKill();
    }

    /** Ends the VMM for a failure of its guest; the first one counts. */
    private void fail(RunEnd.Way way, String why) {
        if (!isKilled) {
            failure = RunEnd.of(way, why);
            kill();
        }
    }

    private void signalKill() {
        ChildProcess process = child;
        if (process != null) {
            var _ = process.signal(Signals.SIGKILL);
        }
    }

    private void killAndReap() throws IOException {
        kill();
        try {
            exit.get(REAP_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IOException("process " + pid() + " does not end", e);
        } catch (ExecutionException e) {
            throw new IOException("process " + pid() + " was not reaped", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while process " + pid() + " ended", e);
        }
    }

    /** Runs the cleanups; to be called when the run has ended. */
    void cleanUp() {
        synchronized (changing) {
            isChangeable = false;
        }
        cleanups.all();
    }

    /** The end of a VMM whose process has been reaped. */
    private RunEnd end(ExitStatus status) {
        GuestServer server = guest;
        if (server != null) {
            server.drain(CLOSE_TIMEOUT);
        }
        // Checked before the guest's report: a VMM that was taken over can report anything.
        if (status instanceof ExitStatus.Signal(int signal) && signal == Signals.SIGSYS) {
            return RunEnd.of(RunEnd.Way.COMPROMISED, "");
        }
        GuestEnd reported = report;
        if (reported != null) {
            return RunEnd.of(reported);
        }
        if (dependencies.cgroups().outOfMemoryKills(spec.key()) > 0) {
            return RunEnd.of(RunEnd.Way.VMM_OUT_OF_MEMORY, "the limit of its group is " + limits.get("memory.max"));
        }
        RunEnd failed = failure;
        if (failed != null) {
            return RunEnd.of(failed.way(), failed.text() + lastLines());
        }
        if (isKilled) {
            return RunEnd.of(RunEnd.Way.KILLED, "");
        }
        return hasEntered
                ? RunEnd.of(RunEnd.Way.CRASH, "its VMM ended with " + status.describe() + lastLines())
                : RunEnd.notStarted(status);
    }

    /** The last lines of the guest's console, quoted, as they are untrusted. */
    private synchronized String lastLines() {
        return consoleTail.isEmpty() ? "" : "; its console said last: " + String.join(" | ", consoleTail);
    }

    private synchronized void keepLine(String line) {
        if (line.contains(PANIC)) {
            consoleTail.clear();
        }
        if (consoleTail.size() == CONSOLE_TAIL) {
            if (consoleTail.getFirst().contains(PANIC)) {
                return;
            }
            consoleTail.removeFirst();
        }
        consoleTail.addLast(line);
    }

    private final class GuestListener implements GuestServer.Listener {
        @Override
        public void configured() {
            if (hasSecrets()) {
                dependencies.wiper().request();
            }
        }

        @Override
        public void repairing() {
            listener.repairing();
        }

        @Override
        public void output(LogStream stream, byte[] bytes) {
            dependencies.logs().offer(agent.agent(), number, stream, bytes);
        }

        @Override
        public void line(String line) {
            listener.console(line);
        }

        @Override
        public boolean takesLines() {
            return listener.takesConsole();
        }

        @Override
        public void skipped(long lines) {
            listener.skipped(lines);
        }

        @Override
        public void started() {
            GuestServer server = guest;
            if (server != null) {
                sidecars.started(server);
            }
            listener.started();
        }

        @Override
        public void ended(GuestEnd end) {
            report = end;
        }

        @Override
        public void closed() {
            try {
                exit.get(GUEST_END.toSeconds(), TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                listener.message(
                        "its VMM is killed: it did not end within " + GUEST_END.toSeconds() + " s after its guest had");
                kill();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void notSetUp(String why) {
            fail(RunEnd.Way.SETUP, why);
        }

        @Override
        public void silent(String why) {
            fail(RunEnd.Way.HANG, why);
        }

        @Override
        public void broken(String why) {
            fail(RunEnd.Way.PROTOCOL, why);
        }

        @Override
        public void strayed(String why) {
            listener.message("a connection to its control channel was closed: " + why);
        }

        @Override
        public void gone() {
            signalKill();
        }
    }

    private final class MonitorListener implements ProcessMonitor.Listener {
        @Override
        public void console(String line) {
            keepLine(line);
        }

        @Override
        public void message(String line) {
            int mark = line.indexOf(GUEST_MARK);
            if (mark >= 0) {
                keepLine(line.substring(mark + GUEST_MARK.length()));
            }
            if (!KrunLog.isHarmless(line)) {
                listener.message(line);
            }
        }

        @Override
        public void status(String line) {
            switch (line) {
                case "walls" -> listener.sandboxed(limits);
                case "enter" -> hasEntered = true;
                default -> statusLines.add(line);
            }
        }

        @Override
        public void ended(ExitStatus status) {
            exit.complete(status);
            RunEnd end = end(status);
            dependencies.logs().end(agent.agent(), number);
            listener.ended(end);
        }
    }
}
