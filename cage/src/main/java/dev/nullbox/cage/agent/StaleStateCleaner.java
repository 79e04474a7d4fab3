package dev.nullbox.cage.agent;

import dev.nullbox.cage.jail.Cgroups;
import dev.nullbox.natives.Libc;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.net.NetworkInterface;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Cleaner of a killed daemon's remains, before anything starts. Its processes died with it. */
public final class StaleStateCleaner {
    private final Libc libc;
    private final Cgroups cgroups;
    private final ServiceClients clients;

    public StaleStateCleaner(Libc libc, Cgroups cgroups, ServiceClients clients) {
        this.libc = libc;
        this.cgroups = cgroups;
        this.clients = clients;
    }

    /**
     * Removes all of it.
     *
     * @param agents the known agents; others are found by their control groups
     * @throws IOException when something cannot be removed
     */
    public void remove(List<String> agents) throws IOException {
        Set<String> names = new TreeSet<>(agents);
        for (String agent : cgroups.list()) {
            cgroups.remove(agent);
            names.add(agent);
        }
        for (NetworkInterface link : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            if (AgentSlot.ofInterface(AgentNetwork.DEFAULT, link.getName()).isPresent()) {
                AgentRun.removeLink(libc, link.getName());
            }
        }
        for (String name : names) {
            if (isAgents(name)) {
                forget(new AgentName(name));
            }
        }
    }

    /** Tells whether the name is an agent's; a directory may have another. */
    private static boolean isAgents(String name) {
        try {
            var _ = new AgentName(name);
            return true;
        } catch (InvalidValueException e) {
            return false;
        }
    }

    private void forget(AgentName agent) throws IOException {
        quietly(VaultContract.REVOKE, () -> clients.revokeAll(agent));
        quietly(MemoryContract.DETACH, () -> clients.detachMemory(agent));
        quietly(EgressContract.REMOVE, () -> clients.removeEgress(agent));
    }

    /**
     * Calls a service, and ignores a failure: a service that is down has forgotten the agent, or replaces its state at
     * the agent's next start.
     */
    private static void quietly(Method<?> what, CleanupStack.Step step) throws IOException {
        try {
            step.run();
        } catch (RpcException e) {
            System.err.println("cage: " + what + " of a former run: " + e.getMessage());
        }
    }
}
