package dev.nullbox.protocol.api;

import static dev.nullbox.protocol.FieldType.COUNT;
import static dev.nullbox.protocol.FieldType.TEXT;
import static dev.nullbox.protocol.FieldType.listOf;
import static dev.nullbox.protocol.FieldType.struct;

import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Effect;
import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Service;
import dev.nullbox.protocol.guest.GuestProtocol;
import java.util.List;

/** Methods and events of cage. */
public final class AgentContract {
    static final Contract CONTRACT = new Contract(Service.CAGE);

    public static final Field<String> FROM = Field.of("from", TEXT, "image, data or store");
    public static final Field<String> START = Field.of("start", TEXT, "auto or manual");
    public static final Field<Long> RESTARTS = Field.of("restarts", COUNT, "");
    /** The end of a run whose command is not there. */
    public static final String NOT_FOUND = "not-found";
    /** The end of a run whose command cannot be executed. */
    public static final String NOT_EXECUTABLE = "not-executable";
    /** The end of a run whose time was over. */
    public static final String TIMED_OUT = "timed-out";

    public static final Field<String> HOW = Field.of(
            "how",
            TEXT,
            "exited, signalled, out-of-memory, reboot, power-off, not-found, not-executable, setup, crash, hang, "
                    + "vmm-out-of-memory, compromised, killed, timed-out or not-started");
    public static final Field<Message> EXIT = Field.of(
            "exit",
            struct(HOW, Fields.CODE.optional(), Fields.SIGNAL.optional(), Fields.WHY.optional()),
            "how the last run ended");
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

    public static final Method<List<Message>> LIST = CONTRACT.operators(
                    "agent.list", Effect.READ, listOf(AGENT_STATE), "all agents with their states")
            .with();
    public static final Method<Message> AGENT_START = CONTRACT.operators(
                    "agent.start", Effect.CHANGE, AGENT_STATE, "starts an agent")
            .with(Fields.AGENT);
    public static final Method<Message> AGENT_STOP = CONTRACT.operators(
                    "agent.stop",
                    Effect.CHANGE,
                    AGENT_STATE,
                    "stops an agent, or a run beside its own, and waits for the end")
            .with(Fields.AGENT, Fields.RUN.optional());

    public static final Field<Long> RUN_WAIT = Field.of(
                    "wait_ms", FieldType.whole(0, 20_000, "ms"), "for the end of a run that is under way")
            .otherwise(0L);
    public static final Field<Boolean> IS_OVER = Field.of("over", FieldType.TRUTH, "whether the run is over");
    public static final Method<Message> AGENT_WAIT = CONTRACT.operators(
                    "agent.wait",
                    Effect.READ,
                    struct(Fields.RUN, IS_OVER, EXIT.optional(), Fields.WHY.optional()),
                    "how a run of an agent ends; without its number, the one at hand or the last")
            .with(Fields.AGENT, Fields.RUN.optional(), RUN_WAIT);

    public static final Field<List<String>> COMMAND =
            Field.of("command", listOf(TEXT), "its program and arguments, as AGENT.toml or its image has them");
    public static final Field<String> RESTART = Field.of("restart_policy", TEXT, "when it is started again");
    public static final Field<String> MANIFEST_SHA256 = Field.of("manifest_sha256", FieldType.SHA256, "of AGENT.toml");
    public static final Field<String> ROOT_IMAGE = Field.of("root_image", TEXT, "the file of its root's image");
    public static final Field<String> ADDRESS = Field.of("address", TEXT, "its own");
    public static final Field<String> GATEWAY_ADDRESS = Field.of("gateway_address", TEXT, "the host's beside it");
    public static final Field<String> INTERFACE = Field.of("interface", TEXT, "the host's end of its network");
    public static final Field<Long> VMM_USER = Field.of("vmm_user", COUNT, "number of its VMM's user and group");
    public static final Field<String> RIGHT = Field.of("right", TEXT, "a key of AGENT.toml, as agent diff names it");
    public static final Field<List<String>> COVERS = Field.of("covers", listOf(TEXT), "its values");
    public static final Field<List<Message>> RIGHTS = Field.of("rights", listOf(struct(RIGHT, COVERS)), "limits too");
    public static final Method<Message> AGENT_INSPECT = CONTRACT.operators(
                    "agent.inspect",
                    Effect.READ,
                    struct(
                            Fields.AGENT,
                            Fields.STATE,
                            FROM,
                            START,
                            RESTART,
                            RESTARTS,
                            Fields.RUN.optional(),
                            Fields.PID.optional(),
                            EXIT.optional(),
                            Fields.WHY.optional(),
                            COMMAND,
                            MANIFEST_SHA256,
                            ROOT_IMAGE,
                            ADDRESS,
                            GATEWAY_ADDRESS,
                            INTERFACE,
                            VMM_USER,
                            RIGHTS),
                    "all that is known of an accepted agent: as its next start takes it, and its run; or of a live run"
                            + " beside its own")
            .with(Fields.AGENT, Fields.RUN.optional());

    // Programs beside an agent.
    public static final Field<String> EXEC =
            Field.of("exec", new FieldType.Text(1, 64), "the program, as agent.exec named it");
    public static final Field<List<String>> WORDS = Field.of(
            "words", new FieldType.ListOf<>(TEXT, 1_024), "the command; the first word is the program's name or path");
    public static final Field<List<String>> ENV = Field.of(
                    "env", new FieldType.ListOf<>(TEXT, 4_096), "NAME=value, beside the agent's own")
            .otherwise(List.of());
    public static final Field<String> USER = Field.of(
                    "user", new FieldType.Text(0, 256), "name or number, with a group after a colon; else the agent's")
            .otherwise("");
    public static final Field<String> WORKDIR = Field.of(
                    "workdir", new FieldType.Text(0, 4_095), "an absolute path; else the agent's")
            .otherwise("");
    public static final Field<Long> EXEC_WAIT = Field.of(
            "wait_ms", FieldType.whole(0, 20_000, "ms"), "for output, or for room for input, where there is none");
    public static final Field<Boolean> STDERR =
            Field.of("stderr", FieldType.TRUTH, "whether it is of the standard error");
    public static final Field<byte[]> EXEC_DATA = Field.of(
            "data",
            new FieldType.Bytes(0, GuestProtocol.STREAM_WINDOW, CallReason.OUT_OF_RANGE, CallReason.OUT_OF_RANGE),
            "bytes of a stream");
    public static final Field<List<Message>> CHUNKS =
            Field.of("chunks", listOf(struct(STDERR, EXEC_DATA)), "in the order in which they came");
    public static final Field<Long> LOST_BYTES = Field.of(
            "lost_bytes",
            COUNT,
            "output before the chunks that was not read in time, and is in the agent's ring alone");
    public static final Field<Boolean> EXEC_END = Field.of(
                    "end", FieldType.TRUTH, "whether no more follows, once all of it is taken")
            .otherwise(false);
    public static final Field<Long> ROWS = Field.of("rows", FieldType.whole(1, 65_535, ""), "of a terminal");
    public static final Field<Long> COLUMNS = Field.of("columns", FieldType.whole(1, 65_535, ""), "of a terminal");
    public static final Field<Long> EXEC_SIGNAL_NUMBER = Field.of("signal", FieldType.whole(1, 64, ""), "its number");

    public static final Method<Message> AGENT_EXEC = CONTRACT.operators(
                    "agent.exec",
                    Effect.CHANGE,
                    struct(EXEC),
                    "runs a program in an agent's guest, as the agent's user; at a terminal of its own when rows and"
                            + " columns are given")
            .with(Fields.AGENT, Fields.RUN.optional(), WORDS, ENV, USER, WORKDIR, ROWS.optional(), COLUMNS.optional());
    public static final Method<Message> EXEC_READ = CONTRACT.operatorsStep(
                    "agent.exec_read",
                    Effect.CHANGE,
                    struct(CHUNKS, LOST_BYTES.optional(), EXIT.optional()),
                    "takes what the program wrote; with its end once all is taken. A program that nobody reads for a"
                            + " minute is killed")
            .with(EXEC, EXEC_WAIT);
    public static final Method<Message> EXEC_WRITE = CONTRACT.operatorsStep(
                    "agent.exec_write",
                    Effect.SECRET,
                    struct(Fields.BYTES),
                    "gives the program input; tells how many bytes were taken: the rest is to be sent again")
            .with(EXEC, EXEC_DATA, EXEC_END, EXEC_WAIT);
    public static final Method<Message> EXEC_SIGNAL = CONTRACT.operators(
                    "agent.exec_signal", Effect.CHANGE, struct(), "sends the program and its process group a signal")
            .with(EXEC, EXEC_SIGNAL_NUMBER);
    public static final Method<Message> EXEC_RESIZE = CONTRACT.operatorsStep(
                    "agent.exec_resize", Effect.CHANGE, struct(), "gives the program's terminal another size")
            .with(EXEC, ROWS, COLUMNS);
    public static final Method<Message> EXEC_CLOSE = CONTRACT.operatorsStep(
                    "agent.exec_close", Effect.CHANGE, struct(), "forgets the program; kills it if it still runs")
            .with(EXEC);
    public static final Method<Message> AGENT_SIGNAL = CONTRACT.operators(
                    "agent.signal",
                    Effect.CHANGE,
                    struct(),
                    "sends the program of an agent's run a signal; an end of it is answered by the restart policy")
            .with(Fields.AGENT, Fields.RUN.optional(), EXEC_SIGNAL_NUMBER);

    // Copies of files; the bytes go by agent.exec_read and agent.exec_write.
    public static final Field<String> COPY_PATH =
            Field.of("guest_path", new FieldType.Text(1, 4_095), "in the agent's file system, an absolute path");
    public static final Field<Boolean> AS_IS = Field.of(
                    "as_is", FieldType.TRUTH, "whether the archive is unpacked in the path, a directory, as tar does")
            .otherwise(false);
    public static final Field<Boolean> KEEP_OWNER = Field.of(
                    "keep_owner", FieldType.TRUTH, "whether files get the archive's owners; else 0:0")
            .otherwise(false);
    public static final Method<Message> COPY_OUT = CONTRACT.operators(
                    "agent.copy_out",
                    Effect.CHANGE,
                    struct(EXEC),
                    "begins a copy out of an agent's guest: a program whose output is the file or directory as tar. The"
                            + " guest of a stopped agent is started for it, with neither program, network nor secret")
            .with(Fields.AGENT, Fields.RUN.optional(), COPY_PATH);
    public static final Method<Message> COPY_IN = CONTRACT.operators(
                    "agent.copy_in",
                    Effect.CHANGE,
                    struct(EXEC),
                    "begins a copy into an agent's guest: a program whose input is a tar archive of one file or"
                            + " directory, which it puts to the path as cp does; exit code 0 tells that all of it is there. A"
                            + " stopped agent's is as with agent.copy_out")
            .with(Fields.AGENT, Fields.RUN.optional(), COPY_PATH, AS_IS, KEEP_OWNER);

    // Runs beside an agent's own.
    public static final Field<List<String>> ARGS = Field.of(
                    "args",
                    new FieldType.ListOf<>(TEXT, 1_024),
                    "in place of the agent's command, after the entry point of its image; empty for the command as it is")
            .otherwise(List.of());
    public static final Field<Long> TIMEOUT = Field.of(
            "timeout_ms",
            FieldType.whole(1, 366L * 86_400_000, "ms"),
            "longest time of its program; then it is stopped, and how it ended is timed-out");
    public static final Field<Boolean> IS_DETACHED = Field.of(
                    "detached", FieldType.TRUTH, "whether nobody takes its streams: its output is in the agent's ring")
            .otherwise(false);
    public static final Field<Boolean> IS_FORGOTTEN = Field.of(
                    "forget", FieldType.TRUTH, "whether it is forgotten when it is over, and not kept for a day")
            .otherwise(false);
    public static final Field<Boolean> KEEPS_INPUT = Field.of(
                    "keep_input",
                    FieldType.TRUTH,
                    "whether its input stays open for operators who attach later; a terminal's does")
            .otherwise(false);
    public static final Method<Message> AGENT_RUN = CONTRACT.operators(
                    "agent.run",
                    Effect.CHANGE,
                    struct(Fields.RUN, EXEC.optional()),
                    "begins a run beside the agent's own, with disks, addresses and leases of its own; its streams are"
                            + " read and written as a program's, and the run goes on when nobody reads them for a minute."
                            + " Its program has a terminal when rows and columns are given")
            .with(
                    Fields.AGENT,
                    ARGS,
                    ENV,
                    TIMEOUT.optional(),
                    IS_DETACHED,
                    IS_FORGOTTEN,
                    KEEPS_INPUT,
                    ROWS.optional(),
                    COLUMNS.optional());
    public static final Field<Boolean> HAS_INPUT = Field.of("takes_input", FieldType.TRUTH, "whether it takes input");
    public static final Field<Boolean> HAS_TERMINAL =
            Field.of("has_terminal", FieldType.TRUTH, "whether its program has a terminal");
    public static final Method<Message> AGENT_ATTACH = CONTRACT.operators(
                    "agent.attach",
                    Effect.CHANGE,
                    struct(EXEC, Fields.RUN, HAS_INPUT, HAS_TERMINAL),
                    "attaches to the streams of a run's own program from now on: they are read and written as a"
                            + " program's. The run goes on when the operator is gone; output that is not read in time is"
                            + " left out")
            .with(Fields.AGENT, Fields.RUN.optional());
    public static final Field<String> PROGRAM = Field.of("program", TEXT, "the first word of the command");
    public static final Field<Long> BEGUN_AT = Field.of("begun_at_ms", COUNT, "when it began, in ms since 1970 UTC");
    public static final Field<Long> ENDED_AT = Field.of("ended_at_ms", COUNT, "when it was over, in ms since 1970 UTC");
    public static final Method<List<Message>> AGENT_RUNS = CONTRACT.operators(
                    "agent.runs",
                    Effect.READ,
                    listOf(struct(
                            Fields.AGENT,
                            Fields.RUN,
                            Fields.STATE,
                            PROGRAM,
                            GatewayContract.CLIENT,
                            BEGUN_AT,
                            ENDED_AT.optional(),
                            EXIT.optional())),
                    "runs beside agents' own, in the order in which they began; those that are over for a day, and 32 of"
                            + " an agent at most; a restart of cage forgets none")
            .with(Fields.AGENT.optional());

    // Connections into a guest; the bytes go by agent.exec_read and agent.exec_write.
    public static final Method<Message> AGENT_DIAL = CONTRACT.operators(
                    "agent.dial",
                    Effect.CHANGE,
                    struct(EXEC),
                    "connects to a port of 127.0.0.1 in an agent's guest: a program whose input is sent there and"
                            + " whose output is received; exit code 0 tells that the guest's side closed the connection")
            .with(Fields.AGENT, Fields.PORT);

    // Errors of the agent's own API.
    public static final Field<String> ERROR_CODE = Field.of("code", TEXT, "a reason's name");
    public static final Field<String> ERROR_MESSAGE = Field.of("message", TEXT, "for people");
    public static final Field<Message> ERROR = Field.of("error", struct(ERROR_CODE, ERROR_MESSAGE), "");

    public static final Field<String> LINE = Field.of("line", TEXT, "one line of the agent's output");
    public static final Field<Long> API = Field.of("api", COUNT, "the version of /dev/kvm's interface");
    public static final Field<String> CPU_MAX = Field.of("cpu_max", TEXT, "as the kernel reads it back");
    public static final Field<String> MEMORY_MAX = Field.of("memory_max", TEXT, "as the kernel reads it back");
    public static final Field<String> PIDS_MAX = Field.of("pids_max", TEXT, "as the kernel reads it back");

    public static final Field<String> DISK = Field.of("disk", TEXT, "volume or read");
    public static final Field<List<String>> PATHS = Field.of("paths", listOf(TEXT), "where in the guest they appear");

    public static final Event MANIFEST_LOADED =
            CONTRACT.event("agent.manifest_loaded", "an agent was found").with(Fields.AGENT, FROM);
    public static final Event MANIFEST_REFUSED = CONTRACT.event("agent.manifest_refused", "its AGENT.toml has problems")
            .with(Fields.AGENT, PROBLEMS);
    public static final Event STARTING =
            CONTRACT.event("agent.starting", "a run begins").with(Fields.AGENT, Fields.REASON, Fields.RUN);
    public static final Event WALLS = CONTRACT.event("agent.walls", "the VMM has read its sandbox and limits back")
            .with(Fields.AGENT, Fields.RUN, CPU_MAX.optional(), MEMORY_MAX.optional(), PIDS_MAX.optional());
    public static final Event SHARES_MOVED = CONTRACT.event(
                    "agent.shares_moved", "the contents of its former shares are on a disk of its own")
            .with(Fields.AGENT, DISK, PATHS);
    public static final Event STARTED =
            CONTRACT.event("agent.started", "its program runs in its guest").with(Fields.AGENT, Fields.RUN, Fields.PID);
    public static final Event CONSOLE =
            CONTRACT.event("agent.console", "a line of its output").with(Fields.AGENT, Fields.RUN, LINE);
    public static final Event RUN_BEGUN = CONTRACT.event("agent.run_begun", "an operator began a run beside its own")
            .with(Fields.AGENT, Fields.RUN, PROGRAM, GatewayContract.CLIENT);
    public static final Event ATTACHED = CONTRACT.event(
                    "agent.attached", "an operator attached to the streams of its program")
            .with(Fields.AGENT, Fields.RUN, EXEC, GatewayContract.CLIENT);
    public static final Event EXECUTED = CONTRACT.event("agent.executed", "an operator's program runs in its guest")
            .with(Fields.AGENT, EXEC, PROGRAM, GatewayContract.CLIENT);
    public static final Field<String> DIRECTION = Field.of("direction", TEXT, "in or out");
    public static final Event COPIED = CONTRACT.event("agent.copied", "an operator copies files into its guest, or out")
            .with(Fields.AGENT, Fields.RUN.optional(), EXEC, DIRECTION, COPY_PATH, GatewayContract.CLIENT);
    public static final Event DIALLED = CONTRACT.event("agent.dialled", "an operator connects to a port of its guest")
            .with(Fields.AGENT, EXEC, Fields.PORT, GatewayContract.CLIENT);
    public static final Event SIGNALLED = CONTRACT.event("agent.signalled", "an operator sent its program a signal")
            .with(Fields.AGENT, EXEC_SIGNAL_NUMBER, GatewayContract.CLIENT);
    public static final Event UNHEALTHY =
            CONTRACT.event("agent.unhealthy", "its health check failed").with(Fields.AGENT, Fields.RUN, Fields.WHY);
    public static final Event SECRET_WIPED = CONTRACT.event("agent.secret_wiped", "a secret was wiped in its guest")
            .with(Fields.AGENT, Fields.RUN, Fields.NAME, Fields.WHY);
    public static final Event EXITED = CONTRACT.event("agent.exited", "its run ended")
            .with(
                    Fields.AGENT,
                    Fields.RUN,
                    HOW,
                    Fields.CODE.optional(),
                    Fields.SIGNAL.optional(),
                    Fields.WHY.optional());
    public static final Event COMPROMISED = CONTRACT.event(
                    "agent.compromised", "its VMM made a system call that none makes, and was killed")
            .with(Fields.AGENT, Fields.RUN);
    public static final Event STOPPED =
            CONTRACT.event("agent.stopped", "it was stopped").with(Fields.AGENT, Fields.RUN);
    public static final Event FAILED =
            CONTRACT.event("agent.failed", "it failed").with(Fields.AGENT, Fields.WHY, Fields.RUN.optional());
    public static final Event KVM_AVAILABLE =
            CONTRACT.event("kvm.available", "microVMs can be started").with(API);
    public static final Event KVM_MISSING =
            CONTRACT.event("kvm.missing", "no microVM can be started").with(Fields.WHY);

    private AgentContract() {}
}
