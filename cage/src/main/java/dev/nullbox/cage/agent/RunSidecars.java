package dev.nullbox.cage.agent;

import dev.nullbox.cage.guest.GuestServer;
import dev.nullbox.cage.jail.JailNetwork;
import dev.nullbox.cage.secrets.AgentApi;
import dev.nullbox.cage.secrets.DeliveredSecrets;
import dev.nullbox.cage.secrets.LeaseList;
import dev.nullbox.cage.secrets.LeaseMonitor;
import dev.nullbox.cage.secrets.LeaseMonitor.HeldLease;
import dev.nullbox.manifest.CredentialRef;
import dev.nullbox.manifest.Delivery;
import dev.nullbox.manifest.HealthCheck;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Parts of a run beside its process: the API for secrets, the lease on secrets in files, the health check. */
final class RunSidecars {
    private final AgentRun.RunDependencies dependencies;
    private final CatalogEntry.Accepted agent;
    private final AgentSlot slot;
    private final long run;
    private final boolean isTask;
    private final AgentRun.Listener listener;
    private final long leasedAt = System.nanoTime();
    private @Nullable HealthProbe probe;
    private boolean isOver;

    RunSidecars(AgentRun.RunDependencies dependencies, RunSpec spec, AgentRun.Listener listener) {
        this.dependencies = dependencies;
        this.agent = spec.agent();
        this.slot = spec.slot();
        this.run = spec.number();
        this.isTask = spec.task().isPresent();
        this.listener = listener;
    }

    private List<CredentialRef> refs(Delivery delivery) {
        return agent.manifest().capabilities().credentialRefs().stream()
                .filter(ref -> ref.delivery() == delivery)
                .toList();
    }

    /** Opens the agent's API when it has secrets to fetch; its gateway address must exist. */
    void serve(CleanupStack cleanups) throws IOException {
        cleanups.push("stop the health check", this::stopProbe);
        List<CredentialRef> refs = refs(Delivery.FETCH);
        if (refs.isEmpty()) {
            return;
        }
        AgentApi.Client client = new AgentApi.Client(
                JailNetwork.address(slot.address()),
                refs.stream().map(ref -> ref.name().value()).collect(Collectors.toUnmodifiableSet()),
                name -> dependencies.clients().fetch(agent.agent(), run, name),
                () -> listener.banned(AgentRun.CANARY));
        AgentApi.Host host = new AgentApi.Host(dependencies.wiper(), dependencies.log(), dependencies.clockMillis());
        AgentApi api = AgentApi.open(JailNetwork.address(slot.gateway()), AgentSlot.API_PORT, client, host);
        cleanups.push("close the agent's API", api::close);
    }

    /**
     * Watches the lease of the secrets that the guest will hold in files. The guest has not begun.
     *
     * @throws IOException when a lease has ended already
     * @throws RpcException when the warden does not answer
     */
    void watch(CleanupStack cleanups, String lease, GuestServer guest) throws IOException, RpcException {
        List<CredentialRef> refs = refs(Delivery.FILE);
        List<String> names = refs.stream().map(ref -> ref.name().value()).toList();
        DeliveredSecrets delivered = new DeliveredSecrets(name -> guest.init().wipe(name), names);
        Map<String, Long> due = new HashMap<>();
        for (CredentialRef ref : refs) {
            ref.ttl().ifPresent(ttl -> due.put(ref.name().value(), leasedAt + ttl.toNanos()));
        }
        HeldLease held = new HeldLease(agent.name(), lease, delivered, due, new LeaseListener());
        cleanups.push(
                "stop watching its lease", () -> dependencies.leaseMonitor().remove(held));
        dependencies.leaseMonitor().add(held);
        rejectEndedLeases(lease, names);
    }

    /**
     * Refuses leases that have ended: the monitor polls later, and until then the guest could read a secret that was
     * revoked before it began.
     */
    private void rejectEndedLeases(String lease, List<String> names) throws IOException, RpcException {
        LeaseList leases = dependencies.clients().leases(0, 0);
        for (String name : names) {
            // Those in force come first, and a lease this new before the others: one that is missing has ended.
            String state = leases.state(lease, name).orElse("ended");
            if (!state.equals(LeaseList.ACTIVE)) {
                throw new IOException("the lease of " + name + " had ended before the agent began: " + state);
            }
        }
    }

    private final class LeaseListener implements LeaseMonitor.Listener {
        @Override
        public void wiped(String name, String why) {
            listener.wiped(name, why);
        }

        @Override
        public void kept(String name, String why) {
            listener.unhealthy("the secret " + name + " was revoked, and its guest did not wipe it: " + why);
        }
    }

    /** Starts the health check, when the manifest has one: the agent's program runs. It is of the agent's own run alone. */
    synchronized void started(GuestServer guest) {
        check(guest, agent.manifest().capabilities().healthCheck());
    }

    /** Replaces the health check of a run whose program runs. */
    synchronized void check(GuestServer guest, Optional<HealthCheck> check) {
        if (isOver || isTask) {
            return;
        }
        if (probe != null) {
            probe.close();
            probe = null;
        }
        if (check.isPresent()) {
            probe = HealthProbe.start(
                    agent.name(),
                    HealthProbe.of(guest, check.get()),
                    check.get(),
                    HealthProbe.limit(check.get()),
                    listener::unhealthy);
        }
    }

    private synchronized void stopProbe() {
        isOver = true;
        if (probe != null) {
            probe.close();
        }
    }
}
