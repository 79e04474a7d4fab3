package dev.nullbox.egress;

import dev.nullbox.egress.dns.AgentNames;
import dev.nullbox.egress.dns.Resolver;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.TerminalText;
import dev.nullbox.service.TokenBucket;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Events of names that agents were refused: each name of each agent once a minute, with how often it was asked for since.
 * An agent that asks for ever new names makes no more than so many events a second, and takes none from another.
 */
final class RefusalEvents implements Resolver.Listener {
    static final int BURST = 20;
    static final long MILLIS_PER_EVENT = 2_000;
    static final long AGAIN_MILLIS = 60_000;

    private static final int MOST_NAMES = 256;
    private static final int MOST_AGENTS = 1_024;

    private final EventSink events;
    private final LongSupplier clockMillis;
    private final Map<AgentName, Reported> agents = new LinkedHashMap<>();

    /**
     * Events of one agent.
     *
     * @param bucket of events
     * @param names in the order in which they were first asked for, the oldest forgotten
     */
    private record Reported(TokenBucket bucket, Map<String, Seen> names) {}

    /**
     * A name that was refused.
     *
     * @param toldAt when its last event was
     * @param since how often it was asked for after that
     */
    private record Seen(long toldAt, long since) {}

    /** @param clockMillis of a clock that is never set */
    RefusalEvents(EventSink events, LongSupplier clockMillis) {
        this.events = events;
        this.clockMillis = clockMillis;
    }

    @Override
    public synchronized void refused(AgentNames agent, String name, String why) {
        String shown = TerminalText.line(name);
        long now = clockMillis.getAsLong();
        makeRoom(agents, MOST_AGENTS, agent.agent());
        Reported reported = agents.computeIfAbsent(
                agent.agent(), _ -> new Reported(new TokenBucket(BURST, MILLIS_PER_EVENT, now), new LinkedHashMap<>()));
        Seen seen = reported.names().getOrDefault(shown, new Seen(now - AGAIN_MILLIS, 0));
        makeRoom(reported.names(), MOST_NAMES, shown);
        long times = seen.since() + 1;
        if (now - seen.toldAt() < AGAIN_MILLIS || !reported.bucket().take(now)) {
            reported.names().put(shown, new Seen(seen.toldAt(), times));
            return;
        }
        reported.names().put(shown, new Seen(now, 0));
        events.emit(
                EgressContract.NAME_REFUSED,
                Message.of(
                        Fields.AGENT.is(agent.agent().value()),
                        Fields.NAME.is(shown),
                        Fields.REASON.is(why),
                        EgressContract.TIMES.is(times),
                        EgressContract.ALLOWED_BY.is("allow = [\"" + shown + "\"]")));
    }

    private static <K> void makeRoom(Map<K, ?> map, int most, K added) {
        if (map.size() >= most && !map.containsKey(added)) {
            map.remove(map.keySet().iterator().next());
        }
    }
}
