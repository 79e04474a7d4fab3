package dev.nullbox.protocol.api;

import static dev.nullbox.protocol.FieldType.COUNT;
import static dev.nullbox.protocol.FieldType.TEXT;
import static dev.nullbox.protocol.FieldType.TRUTH;
import static dev.nullbox.protocol.FieldType.listOf;
import static dev.nullbox.protocol.FieldType.struct;

import dev.nullbox.protocol.Effect;
import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Service;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.SecretForm;
import dev.nullbox.protocol.id.SecretName;
import java.util.List;

/** Methods and events of egress. */
public final class EgressContract {
    static final Contract CONTRACT = new Contract(Service.EGRESS);

    public static final Field<AgentName> AGENT =
            Field.of("agent", AgentName.type(EgressReason.EGRESS_BAD_AGENT), "the agent\'s name");
    public static final Field<String> INTERFACE = Field.of("interface", TEXT, "the host's end of the veth pair");
    public static final Field<String> GATEWAY = Field.of("gateway", TEXT, "the host's address on it");
    public static final Field<List<String>> ALLOW = Field.of("allow", listOf(TEXT), "network.allow of AGENT.toml");
    public static final Field<Long> MEMORY_PORT = Fields.PORT.named("memory_port");
    public static final Field<Long> API_PORT = Fields.PORT.named("api_port");
    public static final Field<Long> RULES = Field.of("rules", COUNT, "how many");
    public static final Field<Boolean> REMOVED = Field.of("removed", TRUTH, "whether there were any");
    /** Rules as text; the same name as {@link #RULES}. */
    public static final Field<List<String>> RULE_TEXTS = Field.of("rules", listOf(TEXT), "as the kernel holds them");

    public static final Field<String> ENTRY = Field.of("allow_entry", TEXT, "an entry of network.allow");
    public static final Field<String> KIND = Field.of("kind", TEXT, "`address`, `range`, `raw`, `tls` or `http`");
    public static final Field<Long> PACKETS = Field.of("packets", COUNT, "of the agent");
    public static final Field<Long> ANSWERS =
            Field.of("answers", COUNT, "questions for the name that were answered with an address");
    public static final Field<Long> LEFT = Field.of("seconds_left", COUNT, "of a place that is allowed for a time");
    public static final Field<List<String>> SECRETS = Field.of(
            "secrets",
            listOf(TEXT),
            "names of secrets that the gate puts into requests, for which it opens the connection");
    private static final FieldType.Struct PLACE =
            struct(ENTRY, KIND, PACKETS.optional(), ANSWERS.optional(), LEFT.optional(), SECRETS.optional());
    public static final Field<List<Message>> ENTRIES =
            Field.of("entries", listOf(PLACE), "places that the agent may reach");
    private static final FieldType.Struct STOPPED = struct(Fields.REASON, PACKETS);
    public static final Field<List<Message>> STOPS =
            Field.of("stopped_packets", listOf(STOPPED), "packets that were stopped, by the reason");

    public static final FieldType.Struct INSTALLED =
            struct(Fields.AGENT, INTERFACE, Fields.ADDRESS, ENTRIES, STOPS, RULE_TEXTS);

    public static final Field<String> TARGET = Field.of("target", TEXT, "`host`, `host:port` or `host:port/udp`");
    public static final Field<Boolean> ALLOWED = Field.of("allowed", TRUTH, "whether the agent reaches it");
    public static final Field<String> TOLD = Field.of("told", TEXT, "the answer that the agent gets");
    public static final Field<String> PROTOCOL = Field.of("protocol", TEXT, "`tcp` or `udp`");

    public static final Field<String> AUTHORITY = Field.of(
            "run_authority", TEXT, "of one run: its certificate, DER in base 64; that run's guest alone trusts it");
    public static final Field<String> AUTHORITY_KEY =
            Field.of("run_authority_key", TEXT, "its key, PKCS #8 in base 64");
    public static final Field<SecretName> SECRET =
            Field.of("secret", SecretName.type(EgressReason.EGRESS_BAD_TARGET), "the secret's name");
    public static final Field<SecretForm> AS = Field.of("as", SecretForm.TYPE, "its place in a request");
    public static final Field<String> PLACEHOLDER =
            Field.of("placeholder", new FieldType.Text(16, 128), "the text in its stead, which the agent has");
    public static final Field<String> CA =
            Field.of("ca", TEXT, "authorities of the host as PEM; public ones when it is left out");
    public static final Field<List<Message>> OPENED = Field.of(
            "opened",
            listOf(struct(ENTRY, SECRET, AS, PLACEHOLDER, CA.optional())),
            "secrets that the gate puts into requests to entries of `allow`");
    public static final Field<Message> OPENING = Field.of(
            "opening",
            struct(Fields.RUN, AUTHORITY, AUTHORITY_KEY, OPENED),
            "of a run with secrets that the gate puts in");

    public static final Method<Message> ADD = CONTRACT.host(
                    "egress.add",
                    Effect.CHANGE,
                    struct(RULES),
                    "puts the rules of an agent's run in force, in place of those of its interface")
            .with(
                    AGENT,
                    INTERFACE,
                    Fields.ADDRESS,
                    GATEWAY,
                    ALLOW,
                    MEMORY_PORT,
                    API_PORT.optional(),
                    OPENING.optional());
    public static final Method<Message> REMOVE = CONTRACT.host(
                    "egress.remove",
                    Effect.CHANGE,
                    struct(REMOVED),
                    "takes the rules of an agent's run away, or of all its runs without an interface")
            .with(AGENT, INTERFACE.optional());
    public static final Method<List<Message>> LIST = CONTRACT.operators(
                    "egress.list", Effect.READ, listOf(INSTALLED), "the rules that the kernel holds")
            .with();

    public static final Field<Long> TIMES = Field.of("times", COUNT, "how often, since the last such event");
    public static final Field<Long> TOTAL = Field.of("total", COUNT, "how often, since egress started");
    public static final Field<String> ALLOWED_BY =
            Field.of("allowed_by", TEXT, "the line of capabilities.network that would allow it; empty when none would");

    public static final Method<Message> EXPLAIN = CONTRACT.operators(
                    "egress.explain",
                    Effect.READ,
                    struct(
                            ALLOWED,
                            Fields.REASON,
                            TOLD,
                            ENTRY.optional(),
                            KIND.optional(),
                            ALLOWED_BY.optional(),
                            SECRETS.optional()),
                    "the entry that decides about a place, and the answer that an agent gets there")
            .with(AGENT, TARGET);

    private static final FieldType.Struct REFUSAL = struct(
            Fields.NAME.optional(),
            Fields.ADDRESS.optional(),
            Fields.PORT.optional(),
            PROTOCOL.optional(),
            Fields.REASON,
            TOTAL,
            ALLOWED_BY);
    public static final Field<List<Message>> REFUSALS =
            Field.of("refusals", listOf(REFUSAL), "names and connections that were refused, the oldest first");
    public static final Field<List<String>> LEARNT =
            Field.of("learnt", listOf(TEXT), "entries with which all that was refused and can be allowed is allowed");
    public static final Method<Message> REFUSED = CONTRACT.operators(
                    "egress.refusals",
                    Effect.READ,
                    struct(REFUSALS, LEARNT),
                    "refusals of an agent since egress started, at most 256 of the latest")
            .with(AGENT);

    public static final Field<String> RULESET = Field.of("ruleset", FieldType.SHA256, "of the ruleset's text");

    public static final Event DEFAULT_DROP = CONTRACT.event("egress.default_drop", "whatever is not allowed is dropped")
            .with();
    public static final Event AGENT_ADDED = CONTRACT.event("egress.agent_added", "an agent's rules are compiled")
            .with(Fields.AGENT, RULES);
    public static final Event APPLIED =
            CONTRACT.event("egress.applied", "the kernel holds them, read back").with(Fields.AGENT, RULESET);
    public static final Event AGENT_REMOVED =
            CONTRACT.event("egress.agent_removed", "its rules are gone").with(Fields.AGENT);

    public static final Event NAME_REFUSED = CONTRACT.event(
                    "egress.name_refused", "an agent asked for a name and was given no address")
            .with(Fields.AGENT, Fields.NAME, Fields.REASON, TIMES, ALLOWED_BY);

    public static final Event DENIED = CONTRACT.event("egress.denied", "an agent was refused a connection")
            .with(
                    Fields.AGENT,
                    Fields.ADDRESS,
                    Fields.NAME.optional(),
                    Fields.PORT,
                    PROTOCOL,
                    Fields.REASON,
                    TIMES,
                    ALLOWED_BY);

    public static final Field<String> DESTINATION =
            Field.of("destination", TEXT, "the IPv4 address that the agent connected to");
    public static final Field<Boolean> AGAIN = Field.of(
            "again", TRUTH, "whether it is asked for a connection that was allowed before; a refusal is no event then");
    public static final Field<List<Message>> PUT_IN =
            Field.of("put_in", listOf(struct(SECRET, AS, PLACEHOLDER)), "secrets for requests to the name");
    public static final Field<Message> OPEN = Field.of(
            "open",
            struct(Fields.AGENT, Fields.RUN, AUTHORITY, AUTHORITY_KEY, PUT_IN, CA.optional()),
            "of a connection that the gate opens");
    public static final Method<Message> PASS = CONTRACT.host(
                    "egress.pass",
                    Effect.READ,
                    struct(ALLOWED, Fields.REASON, OPEN.optional()),
                    "whether the gate may pass a connection of the agent that has an address on to its destination, by the"
                            + " name that the connection states; `why` in place of a name when it states none")
            .with(
                    Fields.ADDRESS,
                    DESTINATION,
                    Fields.PORT,
                    KIND.optional(),
                    Fields.NAME.optional(),
                    Fields.WHY.optional(),
                    AGAIN);
    public static final Field<Long> REVISION =
            Field.of("revision", COUNT, "of what agents may reach; new at each change");
    public static final Method<Message> REVISED = CONTRACT.host(
                    "egress.revised",
                    Effect.READ,
                    struct(REVISION),
                    "waits until what agents may reach has another revision than this one, 20 s at most")
            .with(REVISION);

    public static final Field<Long> SECONDS =
            Field.of("for_seconds", FieldType.whole(1, 86_400, "s"), "how long, at most a day");
    public static final Method<Message> GRANT = CONTRACT.operators(
                    "egress.allow",
                    Effect.CHANGE,
                    struct(ENTRY, SECONDS),
                    "widens a running agent's list by one place for a time; it ends by itself, or with the agent's run")
            .with(AGENT, TARGET, SECONDS);
    public static final Method<Message> WITHDRAW = CONTRACT.operators(
                    "egress.withdraw", Effect.CHANGE, struct(REMOVED), "ends such a place before its time")
            .with(AGENT, TARGET);
    public static final Event GRANTED = CONTRACT.event("egress.granted", "an operator allowed a place for a time")
            .with(Fields.AGENT, ENTRY, SECONDS);
    public static final Event GRANT_ENDED = CONTRACT.event("egress.grant_ended", "a place is no longer allowed")
            .with(Fields.AGENT, ENTRY, Fields.REASON);

    public static final Field<List<String>> DIFFERENCES =
            Field.of("differences", listOf(TEXT), "how the kernel's table differed from what was applied, at most 16");
    public static final Field<Long> DIFFERENCE_COUNT = Field.of("difference_count", COUNT, "how many there were");
    public static final Field<Boolean> CUT_OFF =
            Field.of("cut_off", TRUTH, "whether agents are kept from the network until it is mended");
    public static final Event TABLE_REPAIRED = CONTRACT.event(
                    "egress.table_repaired", "another process changed the packet filter's table, and it is as before")
            .with(DIFFERENCES, DIFFERENCE_COUNT);
    public static final Event REPAIR_FAILED = CONTRACT.event(
                    "egress.repair_failed", "the packet filter's table differs from what was applied, and stays so")
            .with(DIFFERENCES, Fields.REASON, CUT_OFF);

    private EgressContract() {}
}
