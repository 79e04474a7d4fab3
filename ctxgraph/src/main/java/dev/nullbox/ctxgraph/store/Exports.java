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
 * Export of a part of the graph in the format JSON Lines, one object a line:
 *
 * <pre>
 * {"format":"nullbox-memory","version":2}
 * {"chunk":ID,"data":BASE64}                      each chunk of the nodes below
 * {"node":ID,"content":CANONICAL-ENCODING,        each node, parents before children
 *  "held":[SOURCE]}                               only of a quarantined node: its quarantines' sources
 * {"entry":{key,node,seq,agent,run,manifest}}     each write of such a node under a chosen key
 * {"origin":{node,seq,agent,run,manifest}}        each other write of such a node, without its key
 * {"read":{node,seq,agent,run,manifest}}          each read by a run of these writes, before its last one
 * {"end":{nodes,entries,chunks,sha256}}           numbers of lines; sha256 of all lines above, line feeds included
 * </pre>
 *
 * Entries, origins and reads are interleaved, ordered by seq. A read's seq is that of the last write before it. Version
 * 1 had neither held nor origins nor reads.
 *
 * <p>The importer verifies each node and chunk against its id, so an export that meets a damaged one fails.
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
    /** A write or a read of a node by a run. */
    private static final FieldType.Struct ACCESS = FieldType.struct(
            MemoryContract.KEY.optional(), NODE, Fields.SEQ, AGENT, Fields.RUN, MemoryContract.MANIFEST);

    static final Field<Message> ENTRY = Field.of("entry", ACCESS, "").optional();
    static final Field<Message> ORIGIN = Field.of("origin", ACCESS, "").optional();
    static final Field<Message> READ = Field.of("read", ACCESS, "").optional();
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

    /** Query of all writes (is_read 0; key NULL for an origin) and reads (is_read 1), in the order of the file. */
    private static final String ACCESSES = "SELECT * FROM (SELECT log.seq AS seq, 0 AS is_read, key, id, name, run,"
            + " manifest FROM chosen CROSS JOIN log ON " + Queries.isOf("chosen.n")
            + " JOIN nodes ON nodes.n = log.n JOIN runs USING (r)"
            + " JOIN agents ON agents.a = runs.a LEFT JOIN (chosen_keys JOIN keys USING (k)) USING (k)"
            + " UNION ALL SELECT origins.seq, 0, NULL, id, name, run, manifest"
            + " FROM chosen JOIN origins USING (n) JOIN nodes USING (n) JOIN runs USING (r)"
            + " JOIN agents ON agents.a = runs.a"
            + " UNION ALL SELECT reads.seq, 1, NULL, id, name, run, manifest"
            + " FROM chosen_runs JOIN reads ON reads.r = chosen_runs.r AND reads.seq < last JOIN nodes USING (n)"
            + " JOIN runs ON runs.r = reads.r JOIN agents ON agents.a = runs.a) ORDER BY seq, is_read, id, name, run";

    private final Sql sql;
    private final OutputStream out;
    private final MessageDigest digest = Sha256.digest();
    private long nodes;
    private long entries;
    private long chunks;
    private long quarantined;
    private String damaged = "";

    /** Count of the exported nodes, and of the quarantined ones among them. */
    public record Counts(long nodes, long quarantined) {}

    private Exports(Sql sql, OutputStream out) {
        this.sql = sql;
        this.out = out;
    }

    /**
     * Exports all nodes under the keys that begin with a prefix, or some nodes, with all that they may derive from (see
     * {@link Trace}). The chosen keys are those with the prefix, or those that the given nodes were written under.
     *
     * @param target file to write, created or overwritten
     * @param prefix ignored when ids are given
     * @param ids the nodes; empty for those under the prefix
     * @throws RpcException NOT_FOUND when no node has one of the ids; INTERNAL, DAMAGED when a node or chunk to be
     *     exported does not match its id
     */
    public static Counts write(Path database, Path target, String prefix, List<NodeId> ids)
            throws SQLException, IOException, RpcException {
        try (Sql sql = Sql.open(database);
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(target))) {
            sql.execute("PRAGMA temp_store = MEMORY");
            // One read transaction to the end: all queries see the same state of the store.
            sql.execute("BEGIN");
            choose(sql, prefix, ids);
            Exports export = new Exports(sql, out);
            export.all();
            return new Counts(export.nodes, export.quarantined);
        } catch (UncheckedIOException e) {
            throw new IOException("the export cannot be written: " + e.getMessage(), e);
        }
    }

    private static void choose(Sql sql, String prefix, List<NodeId> ids) throws SQLException, RpcException {
        sql.execute("CREATE TEMP TABLE chosen (n INTEGER PRIMARY KEY)");
        sql.execute("CREATE TEMP TABLE chosen_keys (k INTEGER PRIMARY KEY)");
        if (ids.isEmpty()) {
            // DEL, which no key contains, is above all characters of a key.
            sql.update(
                    "INSERT INTO chosen_keys SELECT k FROM keys WHERE key >= ? AND key < ?", prefix, prefix + '\u007f');
            sql.update(
                    "INSERT OR IGNORE INTO chosen " + Queries.entries("SELECT seq FROM chosen_keys JOIN keys USING (k)")
                            + " SELECT n FROM entries JOIN log USING (seq)");
        }
        for (NodeId id : ids) {
            if (sql.update("INSERT OR IGNORE INTO chosen SELECT n FROM nodes WHERE " + Queries.HAS_ID, id.bytes()) == 0
                    && Queries.number(sql, id).isEmpty()) {
                throw new RpcException(MemoryReason.NOT_FOUND, "there is no node " + id, MemoryContract.IDS.name());
            }
            sql.update(
                    "INSERT OR IGNORE INTO chosen_keys SELECT k FROM nodes CROSS JOIN log ON " + Queries.isOf("nodes.n")
                            + " WHERE " + Queries.HAS_ID,
                    id.bytes());
        }
        sql.update("INSERT OR IGNORE INTO chosen WITH RECURSIVE ancestors (n) AS (SELECT n FROM chosen"
                + " UNION SELECT parent FROM ancestors JOIN parents USING (n)"
                + " UNION SELECT reads.n FROM ancestors CROSS JOIN log ON " + Queries.isOf("ancestors.n")
                + " CROSS JOIN reads ON reads.r = log.r AND reads.seq < log.seq"
                + " UNION SELECT reads.n FROM ancestors JOIN origins ON origins.n = ancestors.n"
                + " JOIN reads ON reads.r = origins.r AND reads.seq < origins.seq) SELECT n FROM ancestors");
        sql.execute("CREATE TEMP TABLE chosen_runs (r INTEGER PRIMARY KEY, last INTEGER NOT NULL)");
        sql.update("INSERT INTO chosen_runs SELECT r, max(seq) FROM (SELECT r, seq FROM chosen CROSS JOIN log ON "
                + Queries.isOf("chosen.n")
                + " UNION ALL SELECT origins.r, origins.seq FROM chosen JOIN origins USING (n)) GROUP BY r");
    }

    private void all() throws SQLException, IOException, RpcException {
        line(FORMAT.is(FORMAT_NAME), FORMAT_VERSION.is((long) VERSION));
        sql.each(
                "SELECT id, data FROM chunks WHERE c IN (SELECT c FROM chosen JOIN node_chunks USING (n)) ORDER BY c",
                row -> {
                    byte[] data = row.getBytes(2);
                    NodeId id = NodeId.ofBytes(row.getBytes(1));
                    chunks++;
                    if (!matchesId(CHUNK, id, data)) {
                        return false;
                    }
                    writeLine(Json.bytes(Codec.encode(CHUNK.is(id), DATA.is(data))));
                    return true;
                });
        sql.each(
                "SELECT id, content, (SELECT json_group_array(DISTINCT source) FROM quarantined JOIN quarantines USING (q)"
                        + " WHERE quarantined.n = chosen.n) FROM chosen JOIN nodes USING (n) ORDER BY n",
                row -> {
                    NodeId id = NodeId.ofBytes(row.getBytes(1));
                    String content = new String(row.getBytes(2), StandardCharsets.UTF_8);
                    boolean isQuarantined = !row.getString(3).equals("[]");
                    nodes++;
                    quarantined += isQuarantined ? 1 : 0;
                    String line = "{\"node\":\"" + id + "\",\"content\":" + content
                            + (isQuarantined ? ",\"held\":" + row.getString(3) : "") + "}";
                    if (!matchesId(NODE, id, row.getBytes(2))) {
                        return false;
                    }
                    writeLine(line.getBytes(StandardCharsets.UTF_8));
                    return true;
                });
        if (!damaged.isEmpty()) {
            throw new RpcException(
                    MemoryReason.DAMAGED,
                    "the export failed: " + damaged
                            + " is damaged; write or import its value again, or export other keys");
        }
        sql.each(ACCESSES, row -> {
            Optional<String> key = Optional.ofNullable(row.getString(3));
            entries += key.isPresent() ? 1 : 0;
            Field<Message> kind = row.getInt(2) == 1 ? READ : key.isPresent() ? ENTRY : ORIGIN;
            writeLine(Json.bytes(Codec.encode(kind.is(Message.of()
                    .and(MemoryContract.KEY, key)
                    .and(
                            NODE.is(NodeId.ofBytes(row.getBytes(4))),
                            Fields.SEQ.is(row.getLong(1)),
                            AGENT.is(new PrincipalName(row.getString(5))),
                            Fields.RUN.is(row.getLong(6)),
                            MemoryContract.MANIFEST.is(row.getString(7)))))));
            return true;
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

    private boolean matchesId(Field<NodeId> what, NodeId id, byte[] bytes) {
        boolean matches = NodeId.of(bytes).equals(id);
        if (!matches) {
            damaged = what + " " + id;
        }
        return matches;
    }

    /** Writes a line from a visitor of rows, which may throw no IOException. */
    private void writeLine(byte[] line) {
        try {
            line(line);
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
