package dev.nullbox.protocol.api;

import static dev.nullbox.protocol.FieldType.COUNT;
import static dev.nullbox.protocol.FieldType.TEXT;
import static dev.nullbox.protocol.FieldType.listOf;
import static dev.nullbox.protocol.FieldType.struct;

import dev.nullbox.protocol.Effect;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Service;
import java.util.List;

/** Methods of cage on what agents use of the machine. */
public final class StatsContract {
    static final Contract CONTRACT = new Contract(Service.CAGE);

    public static final Field<Long> STARTED_AT =
            Field.of("started_ms", COUNT, "when its run began, in ms since 1970 UTC");
    public static final Field<Long> UP = Field.of("up_s", COUNT, "how long its run is");
    public static final Field<Long> CPU = Field.of("cpu_us", COUNT, "processor time of its run, its guest and its VMM");
    public static final Field<Long> MEMORY =
            Field.of("memory_bytes", COUNT, "bytes that its guest and its VMM have of the machine's memory");
    public static final Field<Long> MEMORY_LIMIT = Field.of("memory_limit", COUNT, "bytes that they may have");
    public static final Field<Long> TASKS = Field.of("task_count", COUNT, "threads of its VMM");
    public static final Field<Long> DISK = Field.of("disk_bytes", COUNT, "bytes that its disks take");
    public static final Field<Long> RECEIVED = Field.of("received_bytes", COUNT, "bytes that came to it in its run");
    public static final Field<Long> SENT = Field.of("sent_bytes", COUNT, "bytes that it sent in its run");

    public static final Method<List<Message>> STATS = CONTRACT.operators(
                    "agent.stats",
                    Effect.READ,
                    listOf(struct(
                            Fields.AGENT,
                            Fields.STATE,
                            AgentContract.RESTARTS,
                            DISK,
                            Fields.RUN.optional(),
                            STARTED_AT.optional(),
                            UP.optional(),
                            CPU.optional(),
                            MEMORY.optional(),
                            MEMORY_LIMIT.optional(),
                            TASKS.optional(),
                            RECEIVED.optional(),
                            SENT.optional())),
                    "what agents use of the machine: all of them, or one")
            .with(Fields.AGENT.optional());

    public static final Field<String> METRICS_TEXT = Field.of("open_metrics", TEXT, "OpenMetrics 1.0");
    public static final Method<Message> METRICS = CONTRACT.operators(
                    "agent.metrics",
                    Effect.READ,
                    struct(METRICS_TEXT),
                    "the same of all agents, for a collector of figures")
            .with();

    private StatsContract() {}
}
