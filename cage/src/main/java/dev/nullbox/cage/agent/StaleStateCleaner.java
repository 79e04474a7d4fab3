package dev.nullbox.cage.agent;

import dev.nullbox.cage.guest.GuestServer;
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
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Cleaner of a killed daemon's remains, before anything starts. Its processes died with it. */
public final class StaleStateCleaner {
    private final Libc libc;
    private final Cgroups cgroups;
    private final ServiceClients clients;
    private final Path guests;

    /** @param guests directory of the sockets that guests dial */
    public StaleStateCleaner(Libc libc, Cgroups cgroups, ServiceClients clients, Path guests) {
        this.libc = libc;
        this.cgroups = cgroups;
        this.clients = clients;
        this.guests = guests;
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
            // Of a run beside the agent's own: its number follows a dot, which no name has.
            names.add(agent.contains(".") ? agent.substring(0, agent.indexOf('.')) : agent);
        }
        removeSockets();
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

    private void removeSockets() throws IOException {
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(guests)) {
            for (Path directory : directories) {
                Files.deleteIfExists(directory.resolve(GuestServer.SOCKET));
                Files.deleteIfExists(directory);
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
        quietly(MemoryContract.DETACH, () -> clients.detachAllMemory(agent));
        quietly(EgressContract.REMOVE, () -> clients.removeAllEgress(agent));
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
