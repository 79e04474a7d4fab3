package dev.nullbox.egress;

import dev.nullbox.egress.dns.AgentNames;
import dev.nullbox.egress.dns.NamedPort;
import dev.nullbox.egress.dns.Resolver;
import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.manifest.network.NetworkTarget.Kind;
import dev.nullbox.manifest.network.NetworkTarget.Transport;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.TerminalText;
import dev.nullbox.service.TokenBucket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Events of names and connections that agents were refused: one of each once a minute, with the number of refusals
 * since, and the latest of each agent for the operator. The rate of events is bounded for each agent, so that one with
 * ever new refusals takes none from another.
 */
final class RefusalEvents {
    static final int BURST = 20;
    static final long MILLIS_PER_EVENT = 2_000;
    static final long AGAIN_MILLIS = 60_000;

    private static final int MOST_NAMES = 256;
    private static final int MOST_AGENTS = 1_024;
    private static final int MOST_ADDRESSES = 4_096;
    private static final String DENIED = "network.allow of AGENT.toml has no such place";
    /** The reason for an allowed name at an address that it does not stand for. */
    static final String NOT_BOUND = "the name does not stand for this address";

    private final EventSink events;
    private final LongSupplier clockMillis;
    private final Map<AgentName, Reported> agents = new LinkedHashMap<>();

    /** State of one agent: maps in the order of their first keys, the oldest dropped. */
    private static final class Reported {
        private final TokenBucket bucket;
        private final Map<String, Seen> refused = new LinkedHashMap<>();
        /** Names by the addresses that they stand for. */
        private final Map<String, String> names = new LinkedHashMap<>();
        /** Answers by the name that was asked for. */
        private final Map<String, Long> answers = new LinkedHashMap<>();

        private List<NetworkTarget> allow = List.of();

        Reported(TokenBucket bucket) {
            this.bucket = bucket;
        }
    }

    /**
     * A refusal.
     *
     * @param name the queried name, or that of the address
     * @param port of a connection; none of a name
     * @param reason explanation
     * @param allowedBy the entry that would allow it, if one can
     */
    record Refusal(Optional<String> name, Optional<NamedPort> port, String reason, Optional<NetworkTarget> allowedBy) {
        /** The line of AGENT.toml that would allow it; empty when there is none. */
        String line() {
            return allowedBy.map(entry -> "allow = [" + toml(entry) + "]").orElse("");
        }

        Message message(long total) {
            Message message = Message.of(
                    Fields.REASON.is(reason), EgressContract.TOTAL.is(total), EgressContract.ALLOWED_BY.is(line()));
            if (name.isPresent()) {
                message = message.and(Fields.NAME.is(name.get()));
            }
            if (port.isPresent()) {
                message = message.and(Fields.ADDRESS.is(port.get().address()))
                        .and(Fields.PORT.is((long) port.get().port()))
                        .and(EgressContract.PROTOCOL.is(port.get().transport().text()));
            }
            return message;
        }
    }

    /**
     * Count of a refusal.
     *
     * @param toldAt the time of its last event
     * @param since number after that
     * @param total number in all
     */
    private record Seen(Refusal refusal, long toldAt, long since, long total) {}

    /** @param clockMillis of a monotonic clock */
    RefusalEvents(EventSink events, LongSupplier clockMillis) {
        this.events = events;
        this.clockMillis = clockMillis;
    }

    /** The entry in its short form, without the port of HTTPS. */
    private static String shortText(NetworkTarget entry) {
        return entry.text().endsWith(":" + NetworkTarget.DEFAULT_PORT)
                        && entry.host().indexOf(':') < 0
                ? entry.host()
                : entry.text();
    }

    /** The entry as AGENT.toml has it: a string, or a table for a kind that its port has not by itself. */
    private static String toml(NetworkTarget entry) {
        String text = shortText(entry);
        int as = text.indexOf(" as ");
        return as < 0
                ? "\"" + text + "\""
                : "{ host = \"" + text.substring(0, as) + "\", kind = \"" + text.substring(as + 4) + "\" }";
    }

    /**
     * Takes the policy of a run that begins; addresses of names under a former one are dropped, unless other runs of
     * the agent use them.
     */
    synchronized void began(AgentNames agent, boolean isBesideOthers) {
        Reported reported = reported(agent.agent());
        reported.allow = agent.allow();
        if (!isBesideOthers) {
            reported.names.clear();
            reported.answers.clear();
        }
    }

    /** Remembers that an agent is about to know these ports' addresses by a name. */
    synchronized void answered(AgentNames agent, String name, List<NamedPort> ports) {
        Reported reported = reported(agent.agent());
        for (NamedPort port : ports) {
            makeRoom(reported.names, MOST_ADDRESSES, port.address());
            reported.names.put(port.address(), name);
        }
        makeRoom(reported.answers, MOST_ADDRESSES, name);
        reported.answers.merge(name, 1L, Long::sum);
    }

    /** Counts a query that was not answered with an address. */
    synchronized void refused(AgentNames agent, String name, String why) {
        String shown = TerminalText.line(name);
        Optional<NetworkTarget> entry = why.equals(Resolver.NOT_ALLOWED) ? entry(shown) : Optional.empty();
        Refusal refusal = new Refusal(Optional.of(shown), Optional.empty(), why, entry);
        long times = count(agent.agent(), shown, refusal, 1);
        if (times > 0) {
            events.emit(
                    EgressContract.NAME_REFUSED,
                    Message.of(
                            Fields.AGENT.is(agent.agent().value()),
                            Fields.NAME.is(shown),
                            Fields.REASON.is(why),
                            EgressContract.TIMES.is(times),
                            EgressContract.ALLOWED_BY.is(refusal.line())));
        }
    }

    /** Counts a connection that the packet filter has refused so many times more. */
    synchronized void denied(AgentName agent, NamedPort port, long more) {
        Optional<String> name = nameOf(agent, port.address());
        String suffix = ":" + port.port() + (port.transport() == Transport.UDP ? "/udp" : "");
        Optional<NetworkTarget> entry = entry(name.orElse(port.address()) + suffix);
        Refusal refusal = new Refusal(name, Optional.of(port), DENIED, entry);
        tell(agent, port.address() + suffix, refusal, port, more);
    }

    private void tell(AgentName agent, String key, Refusal refusal, NamedPort port, long more) {
        long times = count(agent, key, refusal, more);
        if (times > 0) {
            Message message = Message.of(
                    Fields.AGENT.is(agent.value()),
                    Fields.ADDRESS.is(port.address()),
                    Fields.PORT.is((long) port.port()),
                    EgressContract.PROTOCOL.is(port.transport().text()),
                    Fields.REASON.is(refusal.reason()),
                    EgressContract.TIMES.is(times),
                    EgressContract.ALLOWED_BY.is(refusal.line()));
            events.emit(
                    EgressContract.DENIED,
                    refusal.name().isEmpty()
                            ? message
                            : message.and(Fields.NAME.is(refusal.name().get())));
        }
    }

    /**
     * Counts a connection that the gate has closed.
     *
     * @param name that it stated; none of one that the gate could not read
     */
    synchronized void closed(
            AgentName agent, NamedPort port, Optional<String> name, Optional<Kind> kind, String reason) {
        String at = ":" + port.port();
        Optional<NetworkTarget> entry = reason.equals(NOT_BOUND)
                ? Optional.empty()
                : name.isPresent() ? entry(name.get() + at, kind) : entry(port.address() + at);
        Optional<String> shown = name.map(TerminalText::line);
        Refusal refusal = new Refusal(
                shown.or(() -> nameOf(agent, port.address())), Optional.of(port), TerminalText.line(reason), entry);
        tell(agent, shown.orElse(port.address()) + at + " at the gate: " + reason, refusal, port, 1);
    }

    private static Optional<NetworkTarget> entry(String text) {
        try {
            return Optional.of(NetworkTarget.parse(text));
        } catch (InvalidValueException nobodys) {
            return Optional.empty();
        }
    }

    private static Optional<NetworkTarget> entry(String text, Optional<Kind> kind) {
        try {
            return Optional.of(NetworkTarget.parse(text, List.of(), kind));
        } catch (InvalidValueException nobodys) {
            return Optional.empty();
        }
    }

    /** Counts a refusal; the number since its last event when another one is due, else 0. */
    private long count(AgentName agent, String key, Refusal refusal, long more) {
        long now = clockMillis.getAsLong();
        Reported reported = reported(agent);
        Seen seen = reported.refused.getOrDefault(key, new Seen(refusal, now - AGAIN_MILLIS, 0, 0));
        makeRoom(reported.refused, MOST_NAMES, key);
        long times = seen.since() + more;
        long total = seen.total() + more;
        if (now - seen.toldAt() < AGAIN_MILLIS || !reported.bucket.take(now)) {
            reported.refused.put(key, new Seen(refusal, seen.toldAt(), times, total));
            return 0;
        }
        reported.refused.put(key, new Seen(refusal, now, 0, total));
        return times;
    }

    /** The name by which an agent learnt an address last: several may share it. */
    synchronized Optional<String> nameOf(AgentName agent, String address) {
        return Optional.ofNullable(agents.get(agent)).map(reported -> reported.names.get(address));
    }

    /** Number of answers to queries that an entry allows. */
    synchronized long answers(AgentName agent, NetworkTarget.NameTarget entry) {
        Reported reported = agents.get(agent);
        return reported == null
                ? 0
                : reported.answers.entrySet().stream()
                        .filter(answer -> entry.covers(answer.getKey()))
                        .mapToLong(Map.Entry::getValue)
                        .sum();
    }

    /** Refusals of an agent, with the fewest entries that would allow them in addition to its own. */
    synchronized Message of(AgentName agent) {
        Reported reported = agents.get(agent);
        List<Message> messages = new ArrayList<>();
        List<NetworkTarget> entries = new ArrayList<>();
        if (reported != null) {
            entries.addAll(reported.allow);
            for (Seen seen : reported.refused.values()) {
                messages.add(seen.refusal().message(seen.total()));
                seen.refusal()
                        .allowedBy()
                        .filter(entry -> entries.stream().noneMatch(wider -> wider.covers(entry)))
                        .ifPresent(entries::add);
            }
        }
        return Message.of(
                EgressContract.REFUSALS.is(messages),
                EgressContract.LEARNT.is(
                        entries.stream().map(RefusalEvents::shortText).toList()));
    }

    private Reported reported(AgentName agent) {
        makeRoom(agents, MOST_AGENTS, agent);
        return agents.computeIfAbsent(
                agent, _ -> new Reported(new TokenBucket(BURST, MILLIS_PER_EVENT, clockMillis.getAsLong())));
    }

    private static <K> void makeRoom(Map<K, ?> map, int most, K added) {
        if (map.size() >= most && !map.containsKey(added)) {
            map.remove(map.keySet().iterator().next());
        }
    }
}
