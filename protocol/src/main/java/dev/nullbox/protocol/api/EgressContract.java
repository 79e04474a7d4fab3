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

    public static final FieldType.Struct INSTALLED = struct(Fields.AGENT, INTERFACE, Fields.ADDRESS, RULE_TEXTS);

    public static final Method<Message> ADD = CONTRACT.host(
                    "egress.add", Effect.CHANGE, struct(RULES), "puts an agent's rules in force")
            .with(AGENT, INTERFACE, Fields.ADDRESS, GATEWAY, ALLOW, MEMORY_PORT, API_PORT.optional());
    public static final Method<Message> REMOVE = CONTRACT.host(
                    "egress.remove", Effect.CHANGE, struct(REMOVED), "takes an agent's rules away")
            .with(AGENT);
    public static final Method<List<Message>> LIST = CONTRACT.operators(
                    "egress.list", Effect.READ, listOf(INSTALLED), "the rules that the kernel holds")
            .with();

    public static final Field<String> RULESET = Field.of("ruleset", FieldType.SHA256, "of the ruleset's text");

    public static final Field<Long> TIMES = Field.of("times", COUNT, "how often, since the last such event");
    public static final Field<String> ALLOWED_BY =
            Field.of("allowed_by", TEXT, "the line of capabilities.network that would allow it");

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

    private EgressContract() {}
}
