package dev.nullbox.egress.dns;

import dev.nullbox.manifest.network.NetworkTarget.NameTarget;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * Resolver of agents' queries: for the names that its manifest allows, an agent gets IPv4 addresses that may be
 * reached; for any other name, at once, that it does not exist. The queried name decides, not the aliases that it leads
 * to. Other types of allowed names are empty: agents have IPv4 alone, and neither HTTPS nor SVCB records, whose keys
 * would hide the name of a connection.
 */
public final class Resolver {
    /** Most addresses of one answer; the rest are left out. */
    static final int MAX_ADDRESSES = 32;

    /** Length of an answer by UDP to a client that states no other: RFC 1035. */
    private static final int PLAIN_UDP_BYTES = 512;

    private static final int MAX_ALIASES = 16;
    private static final Duration MAX_TTL = Duration.ofMinutes(5);
    private static final Duration MIN_TTL = Duration.ofSeconds(5);
    private static final Duration MAX_NEGATIVE_TTL = Duration.ofMinutes(1);
    /** Time for which a name is not asked for again after no name server answered: RFC 9520, at least 1 s. */
    private static final Duration FAILURE_TIME = Duration.ofSeconds(2);
    /** Time for which an address outlives its answer: a program connects a little after its query. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    /** The longest time for which an answer lets an address be reached. */
    static final Duration LONGEST = MAX_TTL.plus(GRACE);

    /** Pattern of host names, underscores included; a name with an escaped dot does not match. */
    private static final Pattern PLAIN = Pattern.compile("[a-z0-9_-]+(\\.[a-z0-9_-]+)*");

    /** The reason for names that no entry covers. */
    public static final String NOT_ALLOWED = "network.allow of AGENT.toml has no such name";

    private static final String FORBIDDEN = "the name stands for addresses that are reached by address alone";

    private final Upstream upstream;
    private final AnswerCache cache;
    private final AgentNetwork network;
    private final Admission admission;
    private final Listener listener;

    /** Listener for outcomes of queries. */
    public interface Listener {
        /**
         * A query was not answered with an address.
         *
         * @param name as queried
         * @param why explanation
         */
        void refused(AgentNames agent, String name, String why);

        /**
         * A query is about to be answered with these ports, which the agent may reach.
         *
         * @param name as queried
         */
        void answered(AgentNames agent, String name, List<NamedPort> ports);
    }

    Resolver(Upstream upstream, AnswerCache cache, AgentNetwork network, Admission admission, Listener listener) {
        this.upstream = upstream;
        this.cache = cache;
        this.network = network;
        this.admission = admission;
        this.listener = listener;
    }

    /** Outcome of a query: the records of the answer, or the reason why there are none. */
    private record Outcome(int rcode, List<Record> records, Optional<ExtendedErrorCodeOption> error) {
        static Outcome of(int rcode) {
            return new Outcome(rcode, List.of(), Optional.empty());
        }

        static Outcome refused(int rcode, int code, String why) {
            return new Outcome(rcode, List.of(), Optional.of(new ExtendedErrorCodeOption(code, why)));
        }
    }

    /**
     * Answers a query; empty for bytes that are none.
     *
     * @param bytes a whole DNS message
     * @param room the answer's greatest length; a longer one is truncated, with the TC bit
     */
    Optional<byte[]> answer(AgentNames agent, byte[] bytes, int room) {
        Message query;
        try {
            query = new Message(bytes);
        } catch (IOException | RuntimeException garbled) {
            return formatError(bytes);
        }
        Header header = query.getHeader();
        if (header.getFlag(Flags.QR)) {
            return Optional.empty();
        }
        Outcome outcome = outcome(agent, query);
        Message answer = new Message(header.getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.RA);
        if (header.getFlag(Flags.RD)) {
            answer.getHeader().setFlag(Flags.RD);
        }
        answer.getHeader().setOpcode(header.getOpcode());
        answer.getHeader().setRcode(outcome.rcode());
        query.getSection(Section.QUESTION).forEach(record -> answer.addRecord(record, Section.QUESTION));
        outcome.records().forEach(record -> answer.addRecord(record, Section.ANSWER));
        OPTRecord options = query.getOPT();
        int limit = room;
        if (options != null) {
            limit = Math.min(room, Math.max(PLAIN_UDP_BYTES, options.getPayloadSize()));
            List<EDNSOption> errors = new ArrayList<>();
            outcome.error().ifPresent(errors::add);
            answer.addRecord(new OPTRecord(Upstream.UDP_BYTES, 0, 0, 0, errors), Section.ADDITIONAL);
        } else if (room <= Upstream.UDP_BYTES) {
            limit = PLAIN_UDP_BYTES;
        }
        return Optional.of(answer.toWire(limit));
    }

    private static Optional<byte[]> formatError(byte[] bytes) {
        if (bytes.length < Header.LENGTH || bytes[2] < 0) {
            return Optional.empty();
        }
        Header header = new Header(((bytes[0] & 0xff) << Byte.SIZE) | (bytes[1] & 0xff));
        header.setFlag(Flags.QR);
        header.setRcode(Rcode.FORMERR);
        return Optional.of(header.toWire());
    }

    private Outcome outcome(AgentNames agent, Message query) {
        if (query.getHeader().getOpcode() != Opcode.QUERY) {
            return Outcome.of(Rcode.NOTIMP);
        }
        if (query.getSection(Section.QUESTION).size() != 1) {
            return Outcome.of(Rcode.FORMERR);
        }
        Record question = query.getQuestion();
        if (question.getDClass() != DClass.IN) {
            return Outcome.of(Rcode.REFUSED);
        }
        String asked = question.getName().toString(true).toLowerCase(Locale.ROOT);
        boolean isPlain = PLAIN.matcher(asked).matches();
        List<NameTarget> allowed = isPlain ? agent.covering(asked) : List.of();
        List<Grants.Grant> granted = isPlain ? admission.granted(agent, asked) : List.of();
        if (allowed.isEmpty() && granted.isEmpty()) {
            listener.refused(agent, asked, NOT_ALLOWED);
            return Outcome.refused(Rcode.NXDOMAIN, ExtendedErrorCodeOption.BLOCKED, NOT_ALLOWED);
        }
        return question.getType() == Type.A
                ? resolve(agent, asked, question.getName(), allowed, granted)
                : Outcome.of(Rcode.NOERROR);
    }

    /**
     * Tells whether a name of an agent stands for an address now; the name servers are asked, and the agent may reach the
     * name's addresses, as if it had asked itself.
     *
     * @param asked in lower case, without the trailing dot
     */
    boolean stands(AgentNames agent, String asked, String address) {
        if (!PLAIN.matcher(asked).matches()) {
            return false;
        }
        Name name;
        try {
            name = Name.fromString(asked + ".");
        } catch (TextParseException none) {
            return false;
        }
        return resolve(agent, asked, name, agent.covering(asked), admission.granted(agent, asked)).records().stream()
                .anyMatch(record -> record instanceof ARecord found
                        && found.getAddress().getHostAddress().equals(address));
    }

    private Outcome resolve(
            AgentNames agent, String asked, Name name, List<NameTarget> allowed, List<Grants.Grant> granted) {
        AnswerCache.Answer answer = answer(agent, asked, name);
        if (answer.failure().isPresent()) {
            listener.refused(agent, asked, answer.failure().get());
            return Outcome.refused(
                    Rcode.SERVFAIL, ExtendedErrorCodeOption.NO_REACHABLE_AUTHORITY, "no name server answers");
        }
        if (answer.rcode() != Rcode.NOERROR) {
            return Outcome.of(answer.rcode() == Rcode.NXDOMAIN ? Rcode.NXDOMAIN : Rcode.SERVFAIL);
        }
        Duration time = answer.time().compareTo(MIN_TTL) < 0 ? MIN_TTL : answer.time();
        List<Record> records = new ArrayList<>(timed(answer.records(), time.toSeconds()));
        List<NamedPort> ports = new ArrayList<>();
        List<NameTarget> any = new ArrayList<>(allowed);
        granted.forEach(grant -> any.add((NameTarget) grant.target()));
        boolean hadAddress =
                records.removeIf(record -> record instanceof ARecord address && !admits(any, address.getAddress()));
        allowed.forEach(target -> ports.addAll(ports(target, records)));
        boolean hasAddress = records.stream().anyMatch(ARecord.class::isInstance);
        if (!hasAddress && hadAddress) {
            listener.refused(agent, asked, FORBIDDEN);
            return Outcome.refused(Rcode.NXDOMAIN, ExtendedErrorCodeOption.BLOCKED, FORBIDDEN);
        }
        try {
            admission.admit(agent, ports, time.plus(GRACE));
            for (Grants.Grant grant : granted) {
                List<NamedPort> more = ports((NameTarget) grant.target(), records);
                admission.grant(agent, more, admission.left(grant));
                ports.addAll(more);
            }
        } catch (RpcException refused) {
            listener.refused(agent, asked, String.valueOf(refused.getMessage()));
            return Outcome.of(Rcode.SERVFAIL);
        }
        listener.answered(agent, asked, ports);
        return new Outcome(Rcode.NOERROR, records, Optional.empty());
    }

    /** The ports of a target at the addresses that it admits. */
    private static List<NamedPort> ports(NameTarget target, List<Record> records) {
        return records.stream()
                .filter(record -> record instanceof ARecord address && target.admits(address.getAddress()))
                .map(record -> new NamedPort(
                        ((ARecord) record).getAddress().getHostAddress(),
                        target.transport(),
                        target.port(),
                        target.kind().isGated()))
                .toList();
    }

    /** Tells whether an entry allows an address that its name stands for; none does in the agents' own network. */
    private boolean admits(List<NameTarget> allowed, InetAddress address) {
        return !network.overlaps(address.getAddress(), Integer.SIZE)
                && allowed.stream().anyMatch(target -> target.admits(address));
    }

    /** The answer of a name server, from the cache while it holds. */
    private AnswerCache.Answer answer(AgentNames agent, String asked, Name name) {
        List<InetSocketAddress> servers = upstream.servers();
        Optional<AnswerCache.Answer> cached = cache.get(agent, servers, asked);
        if (cached.isPresent()) {
            return cached.get();
        }
        AnswerCache.Answer answer;
        try {
            answer = chain(upstream.ask(servers, name), name);
        } catch (IOException unheard) {
            answer = new AnswerCache.Answer(
                    Rcode.SERVFAIL, List.of(), FAILURE_TIME, Optional.of(String.valueOf(unheard.getMessage())));
        }
        cache.put(agent, servers, asked, answer);
        return answer;
    }

    /** The aliases from a name to its addresses, and these, with the time for which all of it may be cached. */
    private static AnswerCache.Answer chain(Message answer, Name name) {
        int rcode = answer.getHeader().getRcode();
        List<Record> records = new ArrayList<>();
        List<Record> given = answer.getSection(Section.ANSWER);
        Name current = name;
        for (int i = 0; i < MAX_ALIASES; i++) {
            Name here = current;
            Optional<CNAMERecord> alias = given.stream()
                    .filter(record ->
                            record instanceof CNAMERecord && record.getName().equals(here))
                    .map(CNAMERecord.class::cast)
                    .findFirst();
            if (alias.isEmpty()) {
                break;
            }
            records.add(alias.get());
            current = alias.get().getTarget();
        }
        Name last = current;
        List<ARecord> addresses = given.stream()
                .filter(record -> record instanceof ARecord && record.getName().equals(last))
                .map(ARecord.class::cast)
                .limit(MAX_ADDRESSES)
                .toList();
        records.addAll(addresses);
        Duration time = addresses.isEmpty() ? negativeTime(answer) : time(records);
        return new AnswerCache.Answer(rcode, records, time, Optional.empty());
    }

    private static Duration time(List<Record> records) {
        long ttl = records.stream().mapToLong(Record::getTTL).min().orElse(0);
        return Duration.ofSeconds(Math.min(ttl, MAX_TTL.toSeconds()));
    }

    /** The time of an answer without an address: that of the zone's SOA; without one it is not cached (RFC 2308). */
    private static Duration negativeTime(Message answer) {
        long ttl = answer.getSection(Section.AUTHORITY).stream()
                .filter(SOARecord.class::isInstance)
                .map(SOARecord.class::cast)
                .mapToLong(soa -> Math.min(soa.getTTL(), soa.getMinimum()))
                .min()
                .orElse(0);
        return Duration.ofSeconds(Math.min(ttl, MAX_NEGATIVE_TTL.toSeconds()));
    }

    /** The records, each with this TTL. */
    private static List<Record> timed(List<Record> records, long seconds) {
        return records.stream()
                .map(record -> record instanceof ARecord address
                        ? new ARecord(address.getName(), DClass.IN, seconds, address.getAddress())
                        : new CNAMERecord(record.getName(), DClass.IN, seconds, ((CNAMERecord) record).getTarget()))
                .map(Record.class::cast)
                .toList();
    }
}
