package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Sha256;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Export of a part of the graph as lines of JSON, one object each:
 *
 * <pre>
 * {"format":"nullbox-memory","version":2}
 * {"chunk":ID,"data":BASE64}                      the chunks of the blobs below
 * {"node":ID,"content":CANONICAL-ENCODING,        parents before children; held: the sources of its quarantines,
 *  "held":[SOURCE]}                               left out where there are none
 * {"entry":{key,node,seq,agent,run,manifest}}     the history of the chosen keys
 * {"origin":{node,seq,agent,run,manifest}}        the writes of the other nodes
 * {"read":{node,seq,agent,run,manifest}}          what the runs of both had read, at which position of the log
 * {"end":{nodes,entries,chunks,sha256}}           sha256 of all lines above, line feeds included
 * </pre>
 *
 * Entries, origins and reads stand in their order. Version 1 had neither held nor origins nor reads.
 *
 * A damaged node or chunk could not be checked where it is imported, so that no export contains one.
 */
public final class Exports {
    private static final int VERSION = 2;

    static final String FORMAT_NAME = "nullbox-memory";

    private static final FieldType<NodeId> NODE_ID =
            new FieldType.Parsed<>(NodeId::new, NodeId::hex, "", MemoryReason.EXPORT);
    private static final FieldType<PrincipalName> AGENT_NAME =
            new FieldType.Parsed<>(PrincipalName::new, PrincipalName::text, "", MemoryReason.EXPORT);

    static final Field<String> FORMAT = Field.of("format", FieldType.TEXT, "").optional();
    static final Field<Long> FORMAT_VERSION =
            Field.of("version", FieldType.whole(1, VERSION, ""), "").optional();
    static final Field<NodeId> CHUNK = Field.of("chunk", NODE_ID, "").optional();
    static final Field<byte[]> DATA = TransferContract.DATA.optional();
    static final Field<NodeId> NODE = Field.of("node", NODE_ID, "");
    static final Field<Object> CONTENT = Field.of("content", FieldType.ANY, "").optional();
    static final Field<List<String>> HELD =
            Field.of("held", FieldType.listOf(FieldType.TEXT), "").otherwise(List.of());
    static final Field<PrincipalName> AGENT = Field.of(Fields.AGENT.name(), AGENT_NAME, "");
    private static final FieldType.Struct DEED = FieldType.struct(
            MemoryContract.KEY.optional(), NODE, Fields.SEQ, AGENT, Fields.RUN, MemoryContract.MANIFEST);
    static final Field<Message> ENTRY = Field.of("entry", DEED, "").optional();
    static final Field<Message> ORIGIN = Field.of("origin", DEED, "").optional();
    static final Field<Message> READ = Field.of("read", DEED, "").optional();
    static final Field<Message> END = Field.of(
                    "end",
                    FieldType.struct(
                            MemoryContract.NODE_COUNT.optional(),
                            MemoryContract.ENTRY_COUNT.optional(),
                            MemoryContract.CHUNK_COUNT.optional(),
                            TransferContract.SHA256),
                    "")
            .optional();

    /** All fields of a line. */
    static final List<Field<?>> LINE =
            List.of(FORMAT, FORMAT_VERSION, CHUNK, DATA, NODE.optional(), CONTENT, HELD, ENTRY, ORIGIN, READ, END);

    private static final byte[] LINE_FEED = {'\n'};

    /** Query of what was done to the chosen nodes, in order: 0 wrote, 1 read. */
    private static final String DEEDS = "SELECT * FROM (SELECT log.seq AS seq, 0 AS deed, key, id, name, run, manifest"
            + " FROM chosen JOIN log USING (n) JOIN nodes USING (n) JOIN runs USING (r) JOIN agents ON agents.a = runs.a"
            + " LEFT JOIN (chosen_keys JOIN keys USING (k)) USING (k)"
            + " UNION ALL SELECT origins.seq, 0, NULL, id, name, run, manifest"
            + " FROM chosen JOIN origins USING (n) JOIN nodes USING (n) JOIN runs USING (r)"
            + " JOIN agents ON agents.a = runs.a"
            + " UNION ALL SELECT reads.seq, 1, NULL, id, name, run, manifest"
            + " FROM chosen_runs JOIN reads ON reads.r = chosen_runs.r AND reads.seq < last JOIN nodes USING (n)"
            + " JOIN runs ON runs.r = reads.r JOIN agents ON agents.a = runs.a) ORDER BY seq, deed, id, name, run";

    private final Sql sql;
    private final OutputStream out;
    private final MessageDigest digest = Sha256.digest();
    private long nodes;
    private long entries;
    private long chunks;
    private long held;
    private String damaged = "";

    /** Numbers of all nodes and of the quarantined ones. */
    public record Counts(long nodes, long held) {}

    private Exports(Sql sql, OutputStream out) {
        this.sql = sql;
        this.out = out;
    }

    /**
     * Writes the keys that begin with a prefix, or some nodes, and all that they may derive from.
     *
     * @param ids the nodes; empty for the prefix
     * @throws RpcException NOT_FOUND for an id that is not there; INTERNAL, DAMAGED
     */
    public static Counts write(Path database, Path target, String prefix, List<NodeId> ids)
            throws SQLException, IOException, RpcException {
        try (Sql sql = Sql.open(database);
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(target))) {
            sql.execute("PRAGMA temp_store = MEMORY");
            // One snapshot of the database from here to the end.
            sql.execute("BEGIN");
            choose(sql, prefix, ids);
            Exports export = new Exports(sql, out);
            export.all();
            return new Counts(export.nodes, export.held);
        } catch (UncheckedIOException e) {
            throw new IOException("the export cannot be written: " + e.getMessage(), e);
        }
    }

    private static void choose(Sql sql, String prefix, List<NodeId> ids) throws SQLException, RpcException {
        sql.execute("CREATE TEMP TABLE chosen (n INTEGER PRIMARY KEY)");
        sql.execute("CREATE TEMP TABLE chosen_keys (k INTEGER PRIMARY KEY)");
        if (ids.isEmpty()) {
            sql.update(
                    "INSERT INTO chosen_keys SELECT k FROM keys WHERE key >= ? AND key < ?", prefix, prefix + '\u007f');
            sql.update("INSERT OR IGNORE INTO chosen SELECT n FROM chosen_keys JOIN log USING (k)");
        }
        for (NodeId id : ids) {
            if (sql.update("INSERT OR IGNORE INTO chosen SELECT n FROM nodes WHERE id = ?", id.bytes()) == 0
                    && sql.number("SELECT count(*) FROM nodes WHERE id = ?", id.bytes()) == 0) {
                throw new RpcException(MemoryReason.NOT_FOUND, "there is no node " + id, MemoryContract.IDS.name());
            }
            sql.update(
                    "INSERT OR IGNORE INTO chosen_keys SELECT k FROM nodes JOIN log USING (n) WHERE id = ?",
                    id.bytes());
        }
        sql.update("INSERT OR IGNORE INTO chosen WITH RECURSIVE came (n) AS (SELECT n FROM chosen"
                + " UNION SELECT parent FROM came JOIN parents USING (n)"
                + " UNION SELECT reads.n FROM came JOIN log ON log.n = came.n"
                + " JOIN reads ON reads.r = log.r AND reads.seq < log.seq"
                + " UNION SELECT reads.n FROM came JOIN origins ON origins.n = came.n"
                + " JOIN reads ON reads.r = origins.r AND reads.seq < origins.seq) SELECT n FROM came");
        sql.execute("CREATE TEMP TABLE chosen_runs (r INTEGER PRIMARY KEY, last INTEGER NOT NULL)");
        sql.update("INSERT INTO chosen_runs SELECT r, max(seq) FROM (SELECT r, seq FROM chosen JOIN log USING (n)"
                + " UNION ALL SELECT r, seq FROM chosen JOIN origins USING (n)) GROUP BY r");
    }

    private void all() throws SQLException, IOException, RpcException {
        line(FORMAT.is(FORMAT_NAME), FORMAT_VERSION.is((long) VERSION));
        sql.each(
                "SELECT id, data FROM chunks WHERE c IN (SELECT c FROM chosen JOIN node_chunks USING (n)) ORDER BY c",
                row -> {
                    byte[] data = row.getBytes(2);
                    NodeId id = NodeId.ofBytes(row.getBytes(1));
                    chunks++;
                    return isSound(CHUNK, id, data) && lineOf(Json.bytes(Codec.encode(CHUNK.is(id), DATA.is(data))));
                });
        sql.each(
                "SELECT id, content, (SELECT json_group_array(DISTINCT source) FROM quarantined JOIN quarantines USING (q)"
                        + " WHERE quarantined.n = chosen.n) FROM chosen JOIN nodes USING (n) ORDER BY n",
                row -> {
                    NodeId id = NodeId.ofBytes(row.getBytes(1));
                    String content = new String(row.getBytes(2), StandardCharsets.UTF_8);
                    boolean isHeld = !row.getString(3).equals("[]");
                    nodes++;
                    held += isHeld ? 1 : 0;
                    String line = "{\"node\":\"" + id + "\",\"content\":" + content
                            + (isHeld ? ",\"held\":" + row.getString(3) : "") + "}";
                    return isSound(NODE, id, row.getBytes(2)) && lineOf(line.getBytes(StandardCharsets.UTF_8));
                });
        if (!damaged.isEmpty()) {
            throw new RpcException(
                    MemoryReason.DAMAGED,
                    damaged + " is damaged and cannot be exported: write or import it again, or export other keys");
        }
        sql.each(DEEDS, row -> {
            Optional<String> key = Optional.ofNullable(row.getString(3));
            entries += key.isPresent() ? 1 : 0;
            Field<Message> deed = row.getInt(2) == 1 ? READ : key.isPresent() ? ENTRY : ORIGIN;
            return lineOf(Json.bytes(Codec.encode(deed.is(Message.of()
                    .and(MemoryContract.KEY, key)
                    .and(
                            NODE.is(NodeId.ofBytes(row.getBytes(4))),
                            Fields.SEQ.is(row.getLong(1)),
                            AGENT.is(new PrincipalName(row.getString(5))),
                            Fields.RUN.is(row.getLong(6)),
                            MemoryContract.MANIFEST.is(row.getString(7)))))));
        });
        line(END.is(Message.of(
                MemoryContract.NODE_COUNT.is(nodes),
                MemoryContract.ENTRY_COUNT.is(entries),
                MemoryContract.CHUNK_COUNT.is(chunks),
                TransferContract.SHA256.is(Sha256.hex(digest)))));
    }

    private void line(Value<?>... values) throws IOException {
        line(Json.bytes(Codec.encode(values)));
    }

    private boolean isSound(Field<NodeId> what, NodeId id, byte[] bytes) {
        boolean sound = NodeId.of(bytes).equals(id);
        if (!sound) {
            damaged = what + " " + id;
        }
        return sound;
    }

    private boolean lineOf(byte[] line) {
        try {
            line(line);
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void line(byte[] line) throws IOException {
        out.write(line);
        out.write(LINE_FEED);
        digest.update(line);
        digest.update(LINE_FEED);
    }
}
