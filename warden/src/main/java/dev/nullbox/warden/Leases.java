package dev.nullbox.warden;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which run of which agent was given which secrets; for any thread.
 *
 * <p>An agent has one microVM at a time, so it has one lease: a lease for a new run ends that of the run before.
 */
public final class Leases {
    private final Map<String, Lease> byAgent = new LinkedHashMap<>();

    /** An empty book. */
    public Leases() {}

    /**
     * What one run was given.
     *
     * @param run as cage names it
     */
    public record Lease(String agent, String run, List<SecretName> names) {
        /** Copies the names in. */
        public Lease {
            names = List.copyOf(names);
        }
    }

    /**
     * Writes a lease down, in place of the agent's older one.
     *
     * @throws VaultException when too many agents hold one
     */
    public synchronized void grant(Lease lease) throws VaultException {
        if (!byAgent.containsKey(lease.agent()) && byAgent.size() >= VaultLimits.MAX_LEASES) {
            throw new VaultException(
                    VaultCode.TOO_MANY_LEASES,
                    VaultLimits.MAX_LEASES + " agents hold a lease, which is all; revoke those that have ended");
        }
        byAgent.put(lease.agent(), lease);
    }

    /** Ends the lease of one run; absent when that run has none, as after a newer run's began. */
    public synchronized Optional<Lease> revoke(String agent, String run) {
        Lease lease = byAgent.get(agent);
        if (lease == null || !lease.run().equals(run)) {
            return Optional.empty();
        }
        byAgent.remove(agent);
        return Optional.of(lease);
    }

    /** The leases in force. */
    public synchronized List<Lease> list() {
        return List.copyOf(byAgent.values());
    }
}
