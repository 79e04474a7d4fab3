package dev.nullbox.protocol;

import static dev.nullbox.protocol.FieldType.COUNT;
import static dev.nullbox.protocol.FieldType.TEXT;
import static dev.nullbox.protocol.FieldType.listOf;
import static dev.nullbox.protocol.FieldType.struct;

import java.util.List;

/** Methods and events of cage. */
public final class AgentContract {
    public static final Field<String> FROM = Field.of("from", TEXT, "image or data");
    public static final Field<String> START = Field.of("start", TEXT, "auto or manual");
    public static final Field<Long> RESTARTS = Field.of("restarts", COUNT, "");
    public static final Field<Message> EXIT =
            Field.of("exit", struct(Fields.CODE.optional(), Fields.SIGNAL.optional()), "how the last run ended");
    public static final Field<String> FIELD = Field.of("field", TEXT, "its path in AGENT.toml");
    public static final Field<String> PROBLEM = Field.of("problem", TEXT, "what is wrong; what would be right");
    public static final Field<List<Message>> PROBLEMS =
            Field.of("problems", listOf(struct(FIELD, PROBLEM)), "of a refused manifest");

    public static final FieldType.Struct AGENT_STATE = struct(
            Fields.AGENT,
            Fields.STATE,
            FROM.optional(),
            START.optional(),
            RESTARTS,
            Fields.RUN.optional(),
            Fields.PID.optional(),
            EXIT.optional(),
            Fields.WHY.optional(),
            PROBLEMS.optional());

    public static final Method<List<Message>> LIST =
            method("agent.list", Effect.READ, listOf(AGENT_STATE), "all agents with their states");
    public static final Method<Message> AGENT_START =
            method("agent.start", Effect.CHANGE, AGENT_STATE, "starts an agent", Fields.AGENT);
    public static final Method<Message> AGENT_STOP =
            method("agent.stop", Effect.CHANGE, AGENT_STATE, "stops an agent and waits for its end", Fields.AGENT);
    public static final List<Method<?>> METHODS = List.of(LIST, AGENT_START, AGENT_STOP);

    public static final Field<String> LINE = Field.of("line", TEXT, "one line of the agent's output");
    public static final Field<Long> API = Field.of("api", COUNT, "the version of /dev/kvm's interface");
    public static final Field<String> CPU_MAX = Field.of("cpu_max", TEXT, "as the kernel reads it back");
    public static final Field<String> MEMORY_MAX = Field.of("memory_max", TEXT, "as the kernel reads it back");
    public static final Field<String> PIDS_MAX = Field.of("pids_max", TEXT, "as the kernel reads it back");

    public static final Event MANIFEST_LOADED =
            Event.of("agent.manifest_loaded", "an agent was found", Fields.AGENT, FROM);
    public static final Event MANIFEST_REFUSED =
            Event.of("agent.manifest_refused", "its AGENT.toml has problems", Fields.AGENT, PROBLEMS);
    public static final Event STARTING =
            Event.of("agent.starting", "a run begins", Fields.AGENT, Fields.REASON, Fields.RUN);
    public static final Event WALLS = Event.of(
            "agent.walls",
            "the VMM has read its walls and limits back",
            Fields.AGENT,
            Fields.RUN,
            CPU_MAX.optional(),
            MEMORY_MAX.optional(),
            PIDS_MAX.optional());
    public static final Event STARTED =
            Event.of("agent.started", "its guest runs", Fields.AGENT, Fields.RUN, Fields.PID);
    public static final Event CONSOLE =
            Event.of("agent.console", "a line of its output", Fields.AGENT, Fields.RUN, LINE);
    public static final Event UNHEALTHY =
            Event.of("agent.unhealthy", "its health check failed", Fields.AGENT, Fields.RUN, Fields.WHY);
    public static final Event SECRET_WIPED = Event.of(
            "agent.secret_wiped", "a secret was taken back", Fields.AGENT, Fields.RUN, Fields.NAME, Fields.WHY);
    public static final Event EXITED = Event.of(
            "agent.exited",
            "its process ended",
            Fields.AGENT,
            Fields.RUN,
            Fields.CODE.optional(),
            Fields.SIGNAL.optional());
    public static final Event STOPPED = Event.of("agent.stopped", "it was stopped", Fields.AGENT, Fields.RUN);
    public static final Event FAILED = Event.of("agent.failed", "it failed", Fields.AGENT, Fields.WHY);
    public static final Event KVM_AVAILABLE = Event.of("kvm.available", "microVMs can be started", API);
    public static final Event KVM_MISSING = Event.of("kvm.missing", "no microVM can be started", Fields.WHY);
    public static final List<Event> EVENTS = List.of(
            MANIFEST_LOADED,
            MANIFEST_REFUSED,
            STARTING,
            WALLS,
            STARTED,
            CONSOLE,
            UNHEALTHY,
            SECRET_WIPED,
            EXITED,
            STOPPED,
            FAILED,
            KVM_AVAILABLE,
            KVM_MISSING);

    private AgentContract() {}

    private static <R> Method<R> method(
            String name, Effect effect, FieldType<R> result, String meaning, Field<?>... request) {
        return new Method<>(
                name, Service.CAGE, Audience.OPERATORS, effect, Method.SHORT, List.of(request), result, meaning);
    }
}
