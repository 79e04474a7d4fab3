package dev.nullbox.egress.dns;

import dev.nullbox.protocol.id.AgentSlot;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.xbill.DNS.Record;

/**
 * Cache of what name servers answered, for each agent its own: an agent learns nothing of another's queries from the time
 * that an answer takes, and displaces none of another's answers. Answers are kept as the name server gave them, so that
 * each query is decided anew by the policy of that moment; a new policy and other name servers empty it all the same.
 * Bounded by records, of one agent and of all. Time is that of a monotonic clock, which nobody sets back. Thread-safe.
 */
final class AnswerCache {
    static final int MOST_OF_ONE = 512;
    static final int MOST = 8_192;

    private final LongSupplier clockMillis;
    /** Agents in the order of their last query. */
    private final Map<AgentSlot, Kept> agents = new LinkedHashMap<>(16, 0.75f, true);

    private int records;

    /**
     * Answer of a name server, or its failure.
     *
     * @param rcode of the answer; SERVFAIL for a failure
     * @param records aliases and addresses, as many as an agent may be given
     * @param time for which it holds
     * @param failure explanation, when no name server answered
     */
    record Answer(int rcode, List<Record> records, Duration time, Optional<String> failure) {
        Answer {
            records = List.copyOf(records);
        }

        private int weight() {
            return 1 + records.size();
        }
    }

    private record Entry(Answer answer, long endMillis) {}

    /** Answers of one agent, in the order of their arrival. */
    private static final class Kept {
        private final AgentNames policy;
        private final List<InetSocketAddress> servers;
        private final Map<String, Entry> byName = new LinkedHashMap<>();
        private int records;

        Kept(AgentNames policy, List<InetSocketAddress> servers) {
            this.policy = policy;
            this.servers = servers;
        }
    }

    /** @param clockMillis of a monotonic clock */
    AnswerCache(LongSupplier clockMillis) {
        this.clockMillis = clockMillis;
    }

    /**
     * The answer to a name, with the time that it still holds.
     *
     * @param agent the very policy that its store has: an equal one that was stored later is another
     * @param servers the name servers of this moment
     */
    synchronized Optional<Answer> get(AgentNames agent, List<InetSocketAddress> servers, String name) {
        Kept kept = of(agent, servers);
        Entry entry = kept.byName.get(name);
        if (entry == null) {
            return Optional.empty();
        }
        long left = entry.endMillis() - clockMillis.getAsLong();
        if (left <= 0) {
            drop(kept, name);
            return Optional.empty();
        }
        Answer answer = entry.answer();
        return Optional.of(new Answer(answer.rcode(), answer.records(), Duration.ofMillis(left), answer.failure()));
    }

    /** Keeps an answer for its time, in place of a former one; the oldest ones make room. */
    synchronized void put(AgentNames agent, List<InetSocketAddress> servers, String name, Answer answer) {
        Kept kept = of(agent, servers);
        drop(kept, name);
        if (!answer.time().isPositive() || answer.weight() > MOST_OF_ONE) {
            return;
        }
        while (kept.records + answer.weight() > MOST_OF_ONE) {
            drop(kept, kept.byName.keySet().iterator().next());
        }
        Iterator<Kept> others = agents.values().iterator();
        while (records + answer.weight() > MOST) {
            Kept idlest = others.next();
            records -= idlest.records;
            idlest.records = 0;
            idlest.byName.clear();
        }
        kept.byName.put(
                name, new Entry(answer, clockMillis.getAsLong() + answer.time().toMillis()));
        count(kept, answer.weight());
    }

    private Kept of(AgentNames agent, List<InetSocketAddress> servers) {
        Kept kept = agents.get(agent.slot());
        boolean isPresent = kept != null && isSame(kept.policy, agent) && kept.servers.equals(servers);
        if (kept == null || !isPresent) {
            records -= kept == null ? 0 : kept.records;
            kept = new Kept(agent, servers);
            agents.put(agent.slot(), kept);
        }
        return kept;
    }

    /** The same object: a policy that is withdrawn and comes back begins without answers. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(AgentNames one, AgentNames other) {
        return one == other;
    }

    private void drop(Kept kept, String name) {
        Entry entry = kept.byName.remove(name);
        if (entry != null) {
            count(kept, -entry.answer().weight());
        }
    }

    private void count(Kept kept, int more) {
        kept.records += more;
        records += more;
    }

    /** Records of all agents' answers. */
    synchronized int records() {
        return records;
    }
}
