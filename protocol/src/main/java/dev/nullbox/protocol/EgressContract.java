package dev.nullbox.protocol;

import static dev.nullbox.protocol.FieldType.COUNT;
import static dev.nullbox.protocol.FieldType.TEXT;
import static dev.nullbox.protocol.FieldType.TRUTH;
import static dev.nullbox.protocol.FieldType.listOf;
import static dev.nullbox.protocol.FieldType.struct;

import java.util.List;

/** Methods and events of egress. */
public final class EgressContract {
    public static final Field<AgentName> AGENT = Fields.agent(EgressReason.EGRESS_BAD_AGENT);
    public static final Field<String> INTERFACE = Field.of("interface", TEXT, "the host's end of the veth pair");
    public static final Field<String> GATEWAY = Field.of("gateway", TEXT, "the host's address on it");
    public static final Field<List<String>> ALLOW = Field.of("allow", listOf(TEXT), "network.allow of AGENT.toml");
    public static final Field<Long> MEMORY_PORT = Fields.PORT.named("memory_port");
    public static final Field<Long> API_PORT = Fields.PORT.named("api_port");
    public static final Field<Long> HEALTH_PORT = Fields.PORT.named("health_port");
    public static final Field<Long> RULES = Field.of("rules", COUNT, "how many");
    public static final Field<Boolean> REMOVED = Field.of("removed", TRUTH, "whether there were any");
    /** Rules as text; the same name as {@link #RULES}. */
    public static final Field<List<String>> RULE_TEXTS = Field.of("rules", listOf(TEXT), "as the kernel holds them");

    public static final FieldType.Struct INSTALLED = struct(Fields.AGENT, INTERFACE, Fields.ADDRESS, RULE_TEXTS);

    public static final Method<Message> ADD = method(
            "egress.add",
            Audience.HOST,
            Effect.CHANGE,
            struct(RULES),
            "puts an agent's rules in force",
            AGENT,
            INTERFACE,
            Fields.ADDRESS,
            GATEWAY,
            ALLOW,
            MEMORY_PORT,
            API_PORT.optional(),
            HEALTH_PORT.optional());
    public static final Method<Message> REMOVE = method(
            "egress.remove", Audience.HOST, Effect.CHANGE, struct(REMOVED), "takes an agent's rules away", AGENT);
    public static final Method<List<Message>> LIST = method(
            "egress.list", Audience.OPERATORS, Effect.READ, listOf(INSTALLED), "the rules that the kernel holds");
    public static final List<Method<?>> METHODS = List.of(ADD, REMOVE, LIST);

    public static final Field<String> RULESET = Field.of("ruleset", FieldType.SHA256, "of the ruleset's text");

    public static final Event DEFAULT_DROP = Event.of("egress.default_drop", "whatever is not allowed is dropped");
    public static final Event AGENT_ADDED =
            Event.of("egress.agent_added", "an agent's rules are compiled", Fields.AGENT, RULES);
    public static final Event APPLIED =
            Event.of("egress.applied", "the kernel holds them, read back", Fields.AGENT, RULESET);
    public static final Event AGENT_REMOVED = Event.of("egress.agent_removed", "its rules are gone", Fields.AGENT);
    public static final List<Event> EVENTS = List.of(DEFAULT_DROP, AGENT_ADDED, APPLIED, AGENT_REMOVED);

    private EgressContract() {}

    private static <R> Method<R> method(
            String name, Audience audience, Effect effect, FieldType<R> result, String meaning, Field<?>... request) {
        return new Method<>(name, Service.EGRESS, audience, effect, Method.SHORT, List.of(request), result, meaning);
    }
}
