package dev.nullbox.cage.agent;

import dev.nullbox.cage.jail.CageExit;
import dev.nullbox.cage.jail.Cgroups;
import dev.nullbox.cage.jail.JailNetwork;
import dev.nullbox.cage.jail.JailPipe;
import dev.nullbox.cage.jail.JailSpec;
import dev.nullbox.cage.jail.Secret;
import dev.nullbox.cage.jail.Spawner;
import dev.nullbox.cage.jail.VmConfig;
import dev.nullbox.cage.secrets.LeaseEnds;
import dev.nullbox.cage.secrets.LeaseWatch;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.natives.netlink.Rtnetlink;
import dev.nullbox.protocol.Fields;
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
 * One run of one agent: the rules first, then its secrets, its control group, its process, its wire, its memory, and only
 * then the word to go. Whatever was done is undone in reverse, when a step fails as when the run has ended.
 */
public final class AgentRun {
    private static final List<String> ENVIRONMENT = List.of("LANG=C.UTF-8", "PATH=/sbin:/bin");
    private static final long STATUS_POLL_MILLIS = 100;
    private static final long REAP_SECONDS = 20;

    /** Why an agent is not started again that asked for a secret which nobody may have. */
    static final String CANARY = "canary";

    /** The daemon's tools, the same for all runs. */
    public record Tools(
            Libc libc,
            CageSettings settings,
            Spawner spawner,
            Cgroups cgroups,
            Peers peers,
            LeaseWatch leases,
            LeaseEnds leaseEnds,
            HeapWiper wiper,
            RateLimitedLog log,
            LongSupplier clockMillis) {}

    /** Who is told of a run, on whichever thread. */
    interface Listener {
        void console(String line);

        void message(String line);

        /** The walls are read back; with the limits of its control group, by the names of their files. */
        void walls(Map<String, String> limits);

        /** The microVM begins. */
        void entered();

        void ended(ExitStatus status);

        /** It did not answer its health check. */
        void unhealthy(String why);

        /** It did what none may do, and is to end for good. */
        void banned(String why);

        /** A secret was taken away from it. */
        void wiped(String name, String why);
    }

    private final Tools tools;
    private final CatalogEntry.Accepted agent;
    private final AgentSlot slot;
    private final long number;
    private final Listener listener;
    private final Undo undo;
    private final RunServices services;
    private final BlockingQueue<String> statusLines = new LinkedBlockingQueue<>();
    private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
    private volatile @Nullable ChildProcess child;
    private volatile Map<String, String> limits = Map.of();

    AgentRun(Tools tools, CatalogEntry.Accepted agent, AgentSlot slot, long number, Listener listener, Undo undo) {
        this.tools = tools;
        this.agent = agent;
        this.slot = slot;
        this.number = number;
        this.listener = listener;
        this.undo = undo;
        this.services = new RunServices(tools, agent, slot, number, listener);
    }

    long number() {
        return number;
    }

    /** The process, or 0 when there is none yet. */
    int pid() {
        ChildProcess process = child;
        return process == null ? 0 : process.pid();
    }

    /**
     * Launches it; returns when the jail needs the daemon no more.
     *
     * @param isCancelled asked while waiting; a launch that is cancelled fails
     * @throws IOException when a step failed; all of it has been undone
     * @throws RpcException likewise, of a service
     */
    void launch(BooleanSupplier isCancelled) throws IOException, RpcException {
        boolean isLaunched = false;
        try {
            steps(isCancelled);
            isLaunched = true;
        } finally {
            // After a bug too: what was lent must not outlive the run.
            if (!isLaunched) {
                undo.all();
            }
            if (hasSecrets()) {
                tools.wiper().request();
            }
        }
    }

    private boolean hasSecrets() {
        return !agent.manifest().capabilities().credentialRefs().isEmpty();
    }

    private void steps(BooleanSupplier isCancelled) throws IOException, RpcException {
        String name = agent.name();
        refuseOverlap();
        undo.push(EgressContract.REMOVE.name(), () -> tools.peers().removeEgress(agent.agent()));
        tools.peers().addEgress(agent.manifest(), slot);
        Peers.Lent lent = lease();
        try {
            undo.push("remove the cgroup", () -> tools.cgroups().remove(name));
            limits = tools.cgroups()
                    .create(
                            name,
                            agent.manifest().capabilities().maxCpuPercent().value(),
                            agent.manifest().capabilities().maxMemory().value());
            JailPipe input = new JailPipe(tools.libc(), spawn(name).input());
            try {
                putBehindWalls(input, lent, isCancelled);
            } finally {
                tools.libc().close(input.fd());
            }
        } finally {
            lent.secrets().forEach(Secret::close);
        }
    }

    /** The machine would no longer reach its own network, or the agents another's. */
    private void refuseOverlap() throws IOException {
        Optional<String> overlap = JailNetwork.overlap(slot.network());
        if (overlap.isPresent()) {
            AgentNetwork other =
                    slot.network().equals(AgentNetwork.DEFAULT) ? new AgentNetwork(172, 30) : AgentNetwork.DEFAULT;
            throw new IOException("the agents' network " + slot.network() + " overlaps the machine's own: "
                    + overlap.get() + "; boot with nullbox.agent_network=" + other);
        }
    }

    private Peers.Lent lease() throws RpcException {
        if (!hasSecrets()) {
            return Peers.Lent.NOTHING;
        }
        undo.push(VaultContract.REVOKE.name(), () -> tools.leaseEnds().end(agent.agent(), number));
        return tools.peers().lease(agent.manifest(), number);
    }

    private ChildProcess spawn(String name) throws IOException {
        List<String> command = new ArrayList<>(tools.settings().launcher());
        command.add("jail");
        ChildProcess process = ChildProcess.spawn(
                tools.libc(), tools.spawner(), new ChildProcess.Spec(command, ENVIRONMENT, true, 0, 0));
        child = process;
        undo.push("end the process", this::killAndReap);
        RunPump pump = new RunPump(tools.libc(), process, new PumpListener());
        Thread.ofPlatform().daemon().name("cage-" + name + "-pump").start(pump);
        try {
            tools.cgroups().add(name, process.pid());
        } catch (IOException e) {
            tools.libc().close(process.input());
            throw endedAtOnce().map(why -> new IOException(why, e)).orElse(e);
        }
        return process;
    }

    /** How a process ended that was gone before it could be put into its group; absent when it runs. */
    private Optional<String> endedAtOnce() throws IOException {
        try {
            return Optional.of("the jail " + CageExit.explain(exit.get(1, TimeUnit.SECONDS)));
        } catch (TimeoutException | ExecutionException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the jail was starting", e);
        }
    }

    private void putBehindWalls(JailPipe input, Peers.Lent lent, BooleanSupplier isCancelled)
            throws IOException, RpcException {
        Libc libc = tools.libc();
        List<Secret> secrets = lent.secrets();
        byte[] spec = Json.bytes(Codec.encode(jailSpec(secrets)));
        BooleanSupplier isOver = deadline(isCancelled);
        try {
            input.send(spec, isOver);
            input.send(new byte[] {'\n'}, isOver);
            for (Secret secret : secrets) {
                input.send(secret.value(), isOver);
                secret.close();
            }
        } catch (SyscallException e) {
            throw e.errno() == Errno.EPIPE ? diedEarly(e) : e;
        }
        int threadId = Integer.parseInt(statusAfter("netns ", isCancelled));
        undo.push("remove " + slot.interfaceName(), () -> removeLink(libc, slot.interfaceName()));
        JailNetwork.connect(libc, slot, threadId);
        services.serve(undo);
        undo.push(MemoryContract.DETACH.name(), () -> tools.peers().detachMemory(agent.agent()));
        tools.peers().attachMemory(agent, slot, number);
        input.send("go\n".getBytes(StandardCharsets.US_ASCII), isOver);
        if (!secrets.isEmpty()) {
            services.keep(undo, lent.lease(), threadId, statusAfter("vault ", isCancelled));
            input.send("kept\n".getBytes(StandardCharsets.US_ASCII), isOver);
        }
    }

    /** A broken pipe says less than how the process at its end ended. */
    private IOException diedEarly(SyscallException brokenPipe) {
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

    private Message jailSpec(List<Secret> secrets) {
        CageSettings settings = tools.settings();
        var files = agent.manifest().capabilities().filesystem();
        return Message.of(
                JailSpec.NETWORK.is(slot.network()),
                JailSpec.SLOT.is((long) slot.number()),
                JailSpec.KVM_GROUP.is((long) settings.kvmGroup()),
                JailSpec.CAGE_PID.is((long) tools.libc().getpid()),
                JailSpec.CGROUP.is(Cgroups.name(agent.name())),
                JailSpec.NEW_ROOT.is(settings.jailRoot().toString()),
                JailSpec.BINDS.is(settings.binds()),
                JailSpec.ROOTFS.is(agent.rootfs().toString()),
                JailSpec.SHARES.is(settings.shares().resolve(agent.name()).toString()),
                JailSpec.READABLE.is(
                        files.read().stream().map(path -> path.value()).toList()),
                JailSpec.WRITABLE.is(
                        files.write().stream().map(path -> path.value()).toList()),
                JailSpec.SECRET_FILES.is(secrets.stream()
                        .map(secret -> Message.of(
                                Fields.NAME.is(secret.name()), Fields.BYTES.is((long) secret.value().length)))
                        .toList()),
                JailSpec.LAUNCHER.is(settings.launcher()),
                JailSpec.KRUN_LOG_LEVEL.is((long) settings.krunLogLevel()),
                JailSpec.VM.is(VmConfig.of(agent.manifest(), slot)));
    }

    /** The rest of the next status line, which must begin so. */
    private String statusAfter(String prefix, BooleanSupplier isCancelled) throws IOException {
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
        throw new IOException("the jail's walls were not up within "
                + tools.settings().jailDeadline().toSeconds() + " s, or it was stopped");
    }

    /** Whether the time that a jail has for one step, from now on, is over, or the launch is cancelled. */
    private BooleanSupplier deadline(BooleanSupplier isCancelled) {
        long deadline = System.nanoTime() + tools.settings().jailDeadline().toNanos();
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

    /** Asks the VMM to end. */
    void terminate() {
        signal(Signals.SIGTERM);
    }

    /** Ends it. */
    void kill() {
        signal(Signals.SIGKILL);
    }

    private void signal(int signal) {
        ChildProcess process = child;
        if (process != null) {
            var _ = process.signal(signal);
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

    /** Leaves nothing behind: to be called when the run has ended. */
    void cleanUp() {
        undo.all();
    }

    private final class PumpListener implements RunPump.Listener {
        @Override
        public void console(String line) {
            listener.console(line);
        }

        @Override
        public void message(String line) {
            listener.message(line);
        }

        @Override
        public void status(String line) {
            switch (line) {
                case "walls" -> listener.walls(limits);
                case "enter" -> entered();
                default -> statusLines.add(line);
            }
        }

        private void entered() {
            try {
                services.entered();
                listener.entered();
            } catch (IOException e) {
                listener.banned("its health cannot be asked for: " + e.getMessage());
            }
        }

        @Override
        public void ended(ExitStatus status) {
            exit.complete(status);
            listener.ended(status);
        }
    }
}
