package dev.nullbox.egress.dns;

import dev.nullbox.protocol.id.AgentName;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Record of the addresses that agents were given for names, for as long as an answer lets them be reached: the gate passes
 * a name to these alone. In memory, and bounded; what is not in it the name servers are asked again.
 */
public final class Bindings implements Resolver.Listener {
    private static final int MOST = 4_096;

    private final Resolver.Listener next;
    private final LongSupplier clockMillis;
    private final Map<AgentName, Map<Binding, Long>> agents = new HashMap<>();

    private record Binding(String name, String address) {}

    /**
     * @param next told of all as well
     * @param clockMillis of a monotonic clock
     */
    public Bindings(Resolver.Listener next, LongSupplier clockMillis) {
        this.next = next;
        this.clockMillis = clockMillis;
    }

    @Override
    public void refused(AgentNames agent, String name, String why) {
        next.refused(agent, name, why);
    }

    @Override
    public void answered(AgentNames agent, String name, List<NamedPort> ports) {
        synchronized (this) {
            Map<Binding, Long> bindings = agents.computeIfAbsent(agent.agent(), _ -> new LinkedHashMap<>());
            long end = clockMillis.getAsLong() + Resolver.LONGEST.toMillis();
            for (NamedPort port : ports) {
                Binding binding = new Binding(name, port.address());
                bindings.remove(binding);
                if (bindings.size() >= MOST) {
                    bindings.remove(bindings.keySet().iterator().next());
                }
                bindings.put(binding, end);
            }
        }
        next.answered(agent, name, ports);
    }

    /** Tells whether an agent was given an address for a name, within the last minutes. */
    public synchronized boolean holds(AgentName agent, String name, String address) {
        Long end = agents.getOrDefault(agent, Map.of()).get(new Binding(name, address));
        return end != null && end > clockMillis.getAsLong();
    }

    /** Forgets an agent's. */
    public synchronized void forget(AgentName agent) {
        agents.remove(agent);
    }
}
