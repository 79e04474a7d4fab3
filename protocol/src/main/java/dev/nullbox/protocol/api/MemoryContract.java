package dev.nullbox.protocol.api;

import static dev.nullbox.protocol.FieldType.ANY;
import static dev.nullbox.protocol.FieldType.COUNT;
import static dev.nullbox.protocol.FieldType.TEXT;
import static dev.nullbox.protocol.FieldType.TRUTH;
import static dev.nullbox.protocol.FieldType.listOf;
import static dev.nullbox.protocol.FieldType.struct;
import static dev.nullbox.protocol.FieldType.whole;

import dev.nullbox.protocol.Effect;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Service;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.KeyPattern;
import java.util.List;
import java.util.Map;

/**
 * Methods and events of ctxgraph. A key is a full one, {@code SPACE/...}; an agent's key of one segment means
 * {@code OWN-NAME/KEY}. A source is an agent's name or the id of a node.
 */
public final class MemoryContract {
    static final Contract CONTRACT = new Contract(Service.CTXGRAPH);

    /** Most sources that one request excludes. */
    public static final int MAX_SOURCES = 16;

    public static final int MAX_PARENTS = 64;
    /** Most numbers of one vector. */
    public static final int MAX_DIMENSIONS = 4_096;

    public static final int MAX_HITS = 100;
    public static final int MAX_CHUNKS = 8_192;
    /** Most patterns in an agent's list of keys. */
    public static final int MAX_PATTERNS = 64;
    /** MiB that an agent may store, unless its manifest sets another limit. */
    public static final int DEFAULT_MAX_MB = 64;
    /** Writes of an agent in a minute, unless its manifest sets another limit. */
    public static final int DEFAULT_WRITES = 600;

    /** Direction of a trace. */
    public static final String ANCESTORS = "ancestors";

    public static final String CHECK_RUNNING = "running";
    public static final String CHECK_DONE = "done";

    private static final int MAX_PAGE = 1_000;
    private static final int MAX_WAIT_MS = 20_000;
    private static final int MAX_REASON = 200;

    // Nodes and heads.
    public static final Field<String> KEY = Field.of(
            "key",
            TEXT,
            "segments of letters, digits, '.', '_' and '-', parted by '/': SPACE/NAME, or NAME in the own space");
    public static final Field<String> ID = Field.of("id", TEXT, "64 hexadecimal digits, the SHA-256 of the node");
    public static final Field<String> KIND =
            Field.of("kind", FieldType.choice("value", "blob", "tombstone"), "value, blob or tombstone");
    public static final Field<Object> VALUE = Field.of("value", ANY, "any JSON value, to about 1 MB");
    public static final Field<List<String>> PARENTS =
            Field.of("parents", listOf(TEXT), "ids of the nodes that the value came from, at most " + MAX_PARENTS);
    public static final Field<Boolean> QUARANTINED = Field.of("quarantined", TRUTH, "whether the value is quarantined");
    public static final Field<List<String>> NOT_INFLUENCED_BY = Field.of(
                    "not_influenced_by",
                    new FieldType.ListOf<>(TEXT, MAX_SOURCES),
                    "nothing that these agents' names or node ids have influenced")
            .optional();
    public static final FieldType.Struct HEAD =
            struct(KEY, ID, Fields.SEQ, Fields.AGENT, Fields.RUN, KIND, Fields.BYTES, QUARANTINED);
    public static final Field<List<Message>> ENTRIES = Field.of("entries", listOf(HEAD), "");

    public static final Field<List<String>> CHUNKS = Field.of("chunks", listOf(TEXT), "ids of the chunks, in order");
    public static final Field<String> TYPE =
            Field.of("type", TEXT, "a media type, as image/png").otherwise("");
    public static final Field<Message> BLOB =
            Field.of("blob", struct(CHUNKS, TYPE), "instead of a value").optional();
    public static final Field<List<Double>> VECTOR = Field.of(
                    "vector",
                    listOf(new FieldType.Real()),
                    "an embedding of the value, for search by vector: 1 to " + MAX_DIMENSIONS + " numbers")
            .optional();
    public static final Field<Object> EXPECT = Field.of(
            "expect",
            ANY,
            "what must be there for the write to take place: a node's id, a write's seq, or null for nothing");
    public static final Field<String> PREFIX =
            Field.of("prefix", TEXT, "what the keys begin with, as notes/").otherwise("");
    public static final Field<Long> MAX =
            Field.of("max", whole(1, MAX_PAGE, ""), "how many at most").otherwise(100L);
    public static final Field<Long> BEFORE =
            Field.of("before", COUNT, "only writes before this one").otherwise(Long.MAX_VALUE);
    public static final Field<String> AFTER_KEY =
            Field.of("after", TEXT, "only keys after this one").otherwise("");
    public static final Field<Long> NEXT_SEQ =
            Field.of("next", COUNT, "go on with this as before").optional();
    public static final Field<String> NEXT_KEY =
            Field.of("next", TEXT, "go on with this as after").optional();
    public static final Field<String> QUERY =
            Field.of("text", TEXT, "the words").otherwise("");
    public static final Field<Long> MAX_FOUND =
            Field.of("max", whole(1, MAX_HITS, ""), "how many at most").otherwise(20L);
    public static final Field<Double> SCORE = Field.of(
                    "score", new FieldType.Real(), "with a vector: the cosine of the angle")
            .optional();
    public static final Field<String> SNIPPET = Field.of("snippet", TEXT, "the found words in [brackets]");
    public static final Field<List<Message>> HITS =
            Field.of("hits", listOf(struct(KEY, ID, Fields.SEQ, SCORE, SNIPPET)), "best first");
    public static final Field<Long> AFTER = Field.of("after", COUNT, "the last change that is known");
    public static final Field<Long> WAIT_MS =
            Field.of("wait_ms", whole(0, MAX_WAIT_MS, "ms"), "for a change").otherwise(0L);
    public static final Field<String> CHUNK = Field.of("chunk", TEXT, "its id");
    public static final Field<Long> INDEX = Field.of("index", whole(0, MAX_CHUNKS - 1, ""), "which chunk, from 0");
    public static final Field<Long> CHUNK_COUNT = Field.of("chunks", COUNT, "how many");
    public static final Field<Long> SIZE = Field.of("size", whole(0, Long.MAX_VALUE, "bytes"), "of the blob");

    public static final FieldType.Struct WRITTEN = struct(ID, Fields.SEQ);
    public static final FieldType.Struct ENTRY = struct(ID, KEY, KIND, VALUE, Fields.SEQ, Fields.AGENT, PARENTS);

    public static final Method<Message> PUT = CONTRACT.agents(
                    "memory.put", Effect.CHANGE, WRITTEN, "writes a value or a blob")
            .with(KEY, VALUE.optional(), BLOB, PARENTS.optional(), VECTOR, EXPECT.optional());
    public static final Method<Message> DELETE = CONTRACT.agents(
                    "memory.delete", Effect.CHANGE, WRITTEN, "writes that the key holds nothing")
            .with(KEY, EXPECT.optional());
    public static final Method<Message> GET = CONTRACT.agents(
                    "memory.get", Effect.READ_VALUES, ENTRY, "the value of a key or node")
            .with(KEY.optional(), ID.optional(), NOT_INFLUENCED_BY);
    public static final Method<Message> HEAD_OF =
            CONTRACT.agents("memory.head", Effect.READ, HEAD, "a key's head").with(KEY);
    public static final Method<Message> HISTORY = CONTRACT.agents(
                    "memory.history", Effect.READ, struct(ENTRIES, NEXT_SEQ), "a key's heads, newest first")
            .with(KEY, BEFORE, MAX);
    public static final Method<Message> LIST = CONTRACT.agents(
                    "memory.list", Effect.READ_VALUES, struct(ENTRIES, NEXT_KEY), "the heads of keys in their order")
            .with(PREFIX, AFTER_KEY, MAX, NOT_INFLUENCED_BY);
    public static final Method<Message> SEARCH = CONTRACT.agents(
                    "memory.search", Effect.READ_VALUES, struct(HITS), "values by words or by a vector's neighbours")
            .with(QUERY, VECTOR, PREFIX, MAX_FOUND, NOT_INFLUENCED_BY);
    public static final Method<Message> WATCH = CONTRACT.agents(
                    "memory.watch", Effect.READ, struct(ENTRIES, AFTER), "changes as they come")
            .with(PREFIX, AFTER, WAIT_MS);
    public static final Method<Message> CHUNK_PUT = CONTRACT.agents(
                    "memory.chunk.put",
                    Effect.CHANGE,
                    struct(CHUNK, Fields.BYTES),
                    "stores a chunk of a blob, at most 512 KiB")
            .with(TransferContract.DATA);
    public static final Method<Message> CHUNK_GET = CONTRACT.agents(
                    "memory.chunk.get",
                    Effect.READ_VALUES,
                    struct(TransferContract.DATA, CHUNK_COUNT, SIZE),
                    "a chunk of a blob")
            .with(ID, INDEX, NOT_INFLUENCED_BY);

    // For operators.
    public static final Field<String> DIRECTION = Field.of(
                    "direction", FieldType.choice(ANCESTORS, "descendants").refusedAs(MemoryReason.SYNTAX), "")
            .otherwise(ANCESTORS);
    public static final Field<String> MANIFEST = Field.of("manifest", TEXT, "SHA-256 of the writer's AGENT.toml");
    public static final Field<List<String>> CONTACTS =
            Field.of("contacts", listOf(TEXT), "what the writer had spoken to");
    public static final Field<List<Message>> WRITES = Field.of(
            "writes", listOf(struct(Fields.SEQ, Fields.AGENT, Fields.RUN, MANIFEST, CONTACTS)), "the first 20");
    public static final Field<List<String>> READS = Field.of("reads", listOf(TEXT), "ids that its writer had read");
    public static final Field<List<Message>> NODES = Field.of(
            "nodes",
            listOf(struct(
                    ID,
                    KEY,
                    KIND,
                    Fields.SEQ,
                    Fields.AGENT,
                    Fields.RUN,
                    MANIFEST,
                    WRITES,
                    PARENTS,
                    READS,
                    CONTACTS,
                    QUARANTINED)),
            "");
    public static final Field<Boolean> COMPLETE = Field.of("complete", TRUTH, "whether that is all");
    public static final Field<String> INFLUENCED_BY = Field.of("influenced_by", TEXT, "a source");
    public static final Field<String> REASON =
            Field.of("reason", new FieldType.Text(0, MAX_REASON), "").otherwise("");
    public static final Field<Long> QUARANTINE = Field.of("quarantine", whole(1, Long.MAX_VALUE, ""), "its number");
    public static final Field<Long> NODE_COUNT = Field.of("nodes", COUNT, "how many");
    public static final Field<List<Message>> QUARANTINES = Field.of(
            "quarantines", listOf(struct(QUARANTINE, INFLUENCED_BY, Fields.REASON, Fields.SEQ, NODE_COUNT)), "");
    public static final Field<Long> TO = Field.of("to", whole(1, Long.MAX_VALUE, ""), "the seq of the head to restore");
    public static final Field<Long> KEYS = Field.of("keys", COUNT, "how many");
    public static final Field<Map<String, Long>> USAGE =
            Field.of("usage", new FieldType.MapOf<>(COUNT), "bytes of each agent");
    public static final Field<String> CHECK = Field.of("check", FieldType.choice(CHECK_RUNNING, CHECK_DONE), "");
    public static final Field<List<String>> DAMAGED =
            Field.of("damaged", listOf(TEXT), "node ID, chunk ID, or what SQLite says of its tables");
    public static final Field<List<String>> IDS =
            Field.of("ids", listOf(TEXT), "of nodes").optional();
    public static final Field<Long> HELD = Field.of("held", COUNT, "of them quarantined here");
    public static final Field<Long> ENTRY_COUNT = Field.of("entries", COUNT, "how many");
    public static final Field<Boolean> WITH_DAMAGE =
            Field.of("with_damage", TRUTH, "a damaged backup too").otherwise(false);
    public static final Field<Boolean> RESTARTING = Field.of("restarting", TRUTH, "ctxgraph starts anew");

    public static final Method<Message> TRACE = CONTRACT.operators(
                    "memory.trace",
                    Effect.READ,
                    struct(NODES, COMPLETE),
                    "the nodes that a node came from, or that came from it")
            .with(ID, DIRECTION, MAX);
    public static final Method<Message> QUARANTINE_PUT = CONTRACT.longOperators(
                    "memory.quarantine",
                    Effect.CHANGE,
                    struct(QUARANTINE, NODE_COUNT),
                    "holds back all that a source has influenced")
            .with(INFLUENCED_BY, REASON);
    public static final Method<Message> QUARANTINE_LIST = CONTRACT.operators(
                    "memory.quarantines", Effect.READ, struct(QUARANTINES), "the quarantines and their reasons")
            .with();
    public static final Method<Message> RELEASE = CONTRACT.longOperators(
                    "memory.release", Effect.CHANGE, struct(NODE_COUNT), "ends a quarantine")
            .with(QUARANTINE);
    public static final Method<Message> REWIND = CONTRACT.operators(
                    "memory.rewind", Effect.CHANGE, WRITTEN, "writes a former head anew")
            .with(KEY, TO);
    public static final Method<Message> STATUS = CONTRACT.operators(
                    "memory.status",
                    Effect.READ,
                    struct(NODE_COUNT, KEYS, Fields.SEQ, Fields.BYTES, USAGE, CHECK, DAMAGED),
                    "the store's size and health")
            .with();
    public static final Method<Message> BACKUP = CONTRACT.longOperators(
                    "memory.backup",
                    Effect.READ,
                    struct(TransferContract.TRANSFER, Fields.BYTES, TransferContract.SHA256, DAMAGED),
                    "makes a file of the whole store")
            .with();
    public static final Method<Message> EXPORT = CONTRACT.longOperators(
                    "memory.export",
                    Effect.READ,
                    struct(TransferContract.TRANSFER, Fields.BYTES, TransferContract.SHA256, NODE_COUNT, HELD),
                    "makes a file of the keys below a prefix, or of some nodes")
            .with(PREFIX, IDS);
    public static final TransferContract TRANSFER = TransferContract.of("memory.transfer.", CONTRACT);
    public static final Method<Message> IMPORT = CONTRACT.longOperators(
                    "memory.import",
                    Effect.CHANGE,
                    struct(NODE_COUNT, ENTRY_COUNT, CHUNK_COUNT),
                    "adds what an export holds")
            .with(TransferContract.TRANSFER);
    public static final Method<Message> RESTORE = CONTRACT.longOperators(
                    "memory.restore", Effect.CHANGE, struct(RESTARTING, DAMAGED), "puts a backup in the store's place")
            .with(TransferContract.TRANSFER, TransferContract.SHA256, WITH_DAMAGE);

    // For cage.
    public static final Field<AgentName> AGENT =
            Field.of("agent", AgentName.type(MemoryReason.SYNTAX), "the agent\'s name");
    private static final FieldType<List<KeyPattern>> PATTERNS =
            new FieldType.ListOf<>(KeyPattern.type(MemoryReason.SYNTAX), MAX_PATTERNS);
    public static final Field<List<KeyPattern>> READ = Field.of(
                    "read", PATTERNS, "keys that it may read; its own when absent")
            .optional();
    public static final Field<List<KeyPattern>> WRITE = Field.of(
                    "write", PATTERNS, "keys that it may write; its own when absent")
            .optional();
    public static final Field<Long> MAX_MB =
            Field.of("max_mb", whole(0, 1 << 20, "MiB"), "what it may store").otherwise((long) DEFAULT_MAX_MB);
    public static final Field<Long> MAX_WRITES_PER_MINUTE =
            Field.of("max_writes_per_minute", whole(0, 1_000_000, ""), "").otherwise((long) DEFAULT_WRITES);
    public static final Field<Boolean> DETACHED = Field.of("detached", TRUTH, "whether it was attached");

    public static final Method<Message> ATTACH = CONTRACT.host(
                    "memory.attach",
                    Effect.CHANGE,
                    struct(Fields.AGENT, Fields.ADDRESS, Fields.PORT),
                    "opens a run's listener")
            .with(
                    AGENT,
                    Fields.ADDRESS,
                    Fields.PORT,
                    Fields.RUN.otherwise(0L),
                    MANIFEST.otherwise(""),
                    READ,
                    WRITE,
                    MAX_MB,
                    MAX_WRITES_PER_MINUTE);
    public static final Method<Message> DETACH = CONTRACT.host(
                    "memory.detach",
                    Effect.CHANGE,
                    struct(DETACHED),
                    "closes the listener of an agent's run, or of all its runs without an address")
            .with(AGENT, Fields.ADDRESS.optional());

    // For egress.
    /** Most contacts of one call, and characters of one: a name of DNS, a port and a protocol. */
    public static final int MAX_CONTACTS = 64;

    public static final int MAX_CONTACT_LENGTH = 270;

    /** Contacts of one run that are recorded; those beyond are left out without a sign. */
    public static final int MAX_CONTACTS_OF_RUN = 256;

    public static final Field<List<String>> CONTACTED_NAMES = Field.of(
            "contacts", new FieldType.ListOf<>(TEXT, MAX_CONTACTS), "`name:port` or `name:port/udp`, at most 64");
    public static final Method<Message> CONTACTED = CONTRACT.egress(
                    "memory.contacted",
                    Effect.CHANGE,
                    struct(),
                    "records what an agent's run was let through to by name, before what it writes later")
            .with(AGENT, Fields.ADDRESS, CONTACTED_NAMES);

    private MemoryContract() {}
}
