package dev.nullbox.protocol.api;

import static dev.nullbox.protocol.FieldType.COUNT;
import static dev.nullbox.protocol.FieldType.TEXT;
import static dev.nullbox.protocol.FieldType.TRUTH;
import static dev.nullbox.protocol.FieldType.listOf;
import static dev.nullbox.protocol.FieldType.struct;

import dev.nullbox.protocol.Effect;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Service;
import java.util.List;

/** Methods of cage on the output of agents. */
public final class LogContract {
    static final Contract CONTRACT = new Contract(Service.CAGE);

    /** Most earlier lines that one request may ask for. */
    public static final long MAX_LAST = 100_000;

    /** The stream of an agent's standard output. */
    public static final String STDOUT = "stdout";
    /** The stream of its standard error. */
    public static final String STDERR = "stderr";
    /** The stream of cage's own remarks, which no agent can write. */
    public static final String NOTE = "note";

    public static final Field<String> CURSOR =
            Field.of("after", new FieldType.Text(1, 64), "a place in its log, as the page before named it");
    public static final Field<Long> LAST =
            Field.of("last", FieldType.whole(0, MAX_LAST, ""), "lines from before now, where no place is given");
    public static final Field<Long> SINCE = Field.of("since_ms", COUNT, "none before this, in ms since 1970 UTC")
            .otherwise(0L);
    public static final Field<Boolean> PREVIOUS = Field.of(
                    "previous", TRUTH, "of the run before the latest, in place of a run's number")
            .otherwise(false);
    public static final Field<String> GREP = Field.of(
                    "grep", new FieldType.Text(0, 1_024), "only lines that have this text in them")
            .otherwise("");
    public static final Field<Long> WAIT = Field.of(
                    "wait_ms", FieldType.whole(0, 20_000, "ms"), "for a line, where there is none yet")
            .otherwise(0L);

    public static final Field<Long> AT = Field.of("at_ms", COUNT, "when it came, in ms since 1970 UTC");
    public static final Field<String> STREAM =
            Field.of("stream", TEXT, "stdout, stderr, or note for a remark of cage, as on output that was lost");
    public static final Field<byte[]> DATA = Field.of("data", FieldType.BYTES, "its bytes, without the line feed");
    public static final Field<Boolean> IS_PIECE = Field.of(
                    "piece",
                    TRUTH,
                    "whether the next line of its run and stream goes on with it: it is long, or its end"
                            + " has not come within a second")
            .otherwise(false);
    public static final Field<List<Message>> LINES = Field.of(
            "lines", listOf(struct(AT, Fields.RUN, STREAM, DATA, IS_PIECE)), "in the order in which they came");
    public static final Field<String> NEXT = Field.of("next", TEXT, "where to go on");
    public static final Field<Boolean> AT_END = Field.of("at_end", TRUTH, "whether nothing is after it yet");
    public static final Field<Boolean> LOST =
            Field.of("lost", TRUTH, "whether lines after the place were removed before they were read");

    public static final Method<Message> LOGS = CONTRACT.operators(
                    "agent.logs",
                    Effect.READ,
                    struct(LINES, NEXT, AT_END, LOST),
                    "what an agent wrote, page by page, out of its ring; of one that was removed and not purged, too")
            .with(Fields.AGENT, CURSOR.optional(), LAST.optional(), SINCE, Fields.RUN.optional(), PREVIOUS, GREP, WAIT);

    private LogContract() {}
}
