package dev.nullbox.cage.agent;

import dev.nullbox.cage.jail.Cgroups;
import dev.nullbox.cage.jail.Slot;
import dev.nullbox.natives.Libc;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What a daemon that was killed left behind, removed before anything starts. Its processes died with it. */
public final class Leftovers {
    private final Libc libc;
    private final Cgroups cgroups;
    private final Peers peers;

    public Leftovers(Libc libc, Cgroups cgroups, Peers peers) {
        this.libc = libc;
        this.cgroups = cgroups;
        this.peers = peers;
    }

    /**
     * Removes all of it.
     *
     * @param agents those that are known today; those with a control group are found
     * @throws IOException when something is there and cannot be removed
     */
    public void remove(List<String> agents) throws IOException {
        Set<String> names = new TreeSet<>(agents);
        for (String agent : cgroups.list()) {
            cgroups.remove(agent);
            names.add(agent);
        }
        for (int number = 1; number <= Slot.MAX; number++) {
            AgentRun.removeLink(libc, new Slot(number).hostInterface());
        }
        for (String agent : names) {
            quietly("vault.revoke", () -> peers.revokeAll(agent));
            quietly("memory.detach", () -> peers.detachMemory(agent));
            quietly("egress.remove", () -> peers.removeEgress(agent));
        }
    }

    /** A service that is down has forgotten, or is told at the agent's next start. */
    private static void quietly(String what, Undo.Step step) throws IOException {
        try {
            step.run();
        } catch (RpcException e) {
            System.err.println("cage: " + what + " of a former run: " + e.getMessage());
        }
    }
}
