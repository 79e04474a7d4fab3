package dev.nullbox.egress;

import dev.nullbox.egress.dns.AgentNames;
import dev.nullbox.egress.dns.NamedPort;
import dev.nullbox.egress.dns.Resolver;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.RateLimitedLog;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Watch of the connections that the packet filter refuses. The kernel records them in a set for each agent, and the
 * agents with new ones in a set for all; both are read each second, so that an idle machine costs one small listing,
 * and a flood of packets no more than a full set.
 *
 * <p>Before the resolver gives an address another name, the agent's set is read too: a refusal bears the name by which
 * the agent knew the address when it was refused, for several names may share one.
 */
final class RefusedConnections implements Resolver.Listener, AutoCloseable {
    private static final long PERIOD_MILLIS = 1_000;

    private final Firewall firewall;
    private final RefusalEvents refusals;
    private final Function<AgentSlot, Optional<AgentName>> agents;
    private final GrantMethods grants;
    private final RateLimitedLog log;
    private final Map<AgentSlot, Map<NamedPort, Long>> counted = new HashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("refused").daemon().unstarted(task));

    /** @param agents the agent of a slot, if it has rules */
    RefusedConnections(
            Firewall firewall,
            RefusalEvents refusals,
            Function<AgentSlot, Optional<AgentName>> agents,
            GrantMethods grants,
            RateLimitedLog log) {
        this.firewall = firewall;
        this.refusals = refusals;
        this.agents = agents;
        this.grants = grants;
        this.log = log;
    }

    /** Polls each second, until it is closed. */
    void start() {
        var _ = timer.scheduleWithFixedDelay(this::look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            for (AgentSlot slot : firewall.refusing()) {
                look(slot);
            }
            grants.tick();
        } catch (IOException e) {
            log.warn("grants", "what was allowed for a time and is over cannot be forgotten: " + e.getMessage());
        } catch (RpcException refused) {
            notListed(refused);
        } catch (RuntimeException bug) {
            log.warn("bug", "refused connections are not told: " + RateLimitedLog.bug(bug));
        }
    }

    /** Reads the refusals of a slot's agent since the last poll. */
    synchronized void look(AgentSlot slot) throws RpcException {
        Optional<AgentName> agent = agents.apply(slot);
        if (agent.isEmpty()) {
            return;
        }
        Map<NamedPort, Long> now = firewall.refused(slot);
        Map<NamedPort, Long> before = counted.getOrDefault(slot, Map.of());
        now.forEach((port, packets) -> {
            long old = before.getOrDefault(port, 0L);
            long more = packets < old ? packets : packets - old;
            if (more > 0) {
                refusals.denied(agent.get(), port, more);
            }
        });
        counted.put(slot, now);
    }

    @Override
    public void refused(AgentNames agent, String name, String why) {
        refusals.refused(agent, name, why);
    }

    @Override
    public void answered(AgentNames agent, String name, List<NamedPort> ports) {
        if (ports.stream().anyMatch(port -> hasOtherName(agent, name, port))) {
            try {
                look(agent.slot());
            } catch (RpcException refused) {
                notListed(refused);
            }
        }
        refusals.answered(agent, name, ports);
    }

    private boolean hasOtherName(AgentNames agent, String name, NamedPort port) {
        return refusals.nameOf(agent.agent(), port.address())
                .filter(known -> !known.equals(name))
                .isPresent();
    }

    /** Reads the last refusals of a slot whose rules are to be removed, and drops its counts; never keeps the rules. */
    void end(AgentSlot slot) {
        try {
            look(slot);
        } catch (RpcException refused) {
            notListed(refused);
        }
        forget(slot);
    }

    private void notListed(RpcException refused) {
        log.warn("refused", "the kernel does not list what it refused: " + refused.getMessage());
    }

    /** Drops the counts of a slot whose sets are emptied. */
    synchronized void forget(AgentSlot slot) {
        counted.remove(slot);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
