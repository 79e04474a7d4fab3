package dev.nullbox.protocol;

import static dev.nullbox.protocol.FieldType.COUNT;
import static dev.nullbox.protocol.FieldType.TEXT;
import static dev.nullbox.protocol.FieldType.TRUTH;

/** Fields that more than one service has. */
public final class Fields {
    /** Longest name of an agent in stored data: an older rule allowed so many characters. */
    public static final int MAX_STORED_AGENT_NAME = 64;

    /** Name of an agent in answers and events: refused ones and those stored under an older rule may have any name. */
    public static final Field<String> AGENT = Field.of("agent", TEXT, "the agent's name");

    public static final Field<Long> RUN = Field.of("run", COUNT, "the number of the agent's run");
    public static final Field<String> NAME = Field.of("name", TEXT, "");
    public static final Field<String> STATE = Field.of("state", TEXT, "");
    public static final Field<String> WHY = Field.of("why", TEXT, "the cause, for people");
    public static final Field<String> REASON = Field.of("reason", TEXT, "the cause, for people");
    public static final Field<Long> SEQ = Field.of("seq", COUNT, "the place in the order of all changes");
    public static final Field<Long> BYTES = Field.of("bytes", COUNT, "");
    public static final Field<Long> PID = Field.of("pid", COUNT, "the process on the host");
    public static final Field<Long> MS = Field.of("ms", COUNT, "milliseconds");
    public static final Field<Long> CODE = Field.of("code", COUNT, "exit code");
    public static final Field<Long> SIGNAL = Field.of("signal", COUNT, "the signal that ended it");
    public static final Field<String> METHOD = Field.of("method", TEXT, "");
    public static final Field<Boolean> OK = Field.of("ok", TRUTH, "");
    public static final Field<String> ADDRESS = Field.of("address", TEXT, "an IPv4 address");
    public static final Field<Long> PORT = Field.of("port", FieldType.whole(1, 65_535, ""), "a TCP port");

    private Fields() {}
}
