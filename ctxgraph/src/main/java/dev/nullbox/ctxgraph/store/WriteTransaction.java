package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.Node;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Changes of the tables by the writing thread, inside its transactions. It alone gives out numbers, so it keeps the
 * last ones here; after a rollback they are read anew.
 */
public final class WriteTransaction {
    /** What an entry in the log with its indexes takes, as a quota counts it. */
    public static final long ENTRY_BYTES = 128;

    /** Of the index of texts, with each transaction: somewhat more than it makes. */
    private static final int MERGED_PAGES = 16;

    private final Sql sql;
    private final Map<String, Long> agents = new HashMap<>();
    private final Map<Long, Long> used = new HashMap<>();
    private final Map<RunKey, Long> runs = new HashMap<>();
    private long lastSeq;
    private long lastNode;
    private long lastKey;
    private boolean quarantines;

    private record RunKey(long agent, long run, String manifest) {}

    private record KeyRow(long k, long seq, long n, boolean live) {}

    private WriteTransaction(Sql sql) {
        this.sql = sql;
    }

    /** The writing side of a database of today's version. */
    static WriteTransaction open(Sql sql) throws SQLException {
        sql.execute("INSERT INTO texts (texts, rank) VALUES ('automerge', 0)");
        WriteTransaction writes = new WriteTransaction(sql);
        writes.reload();
        return writes;
    }

    /**
     * Goes on a little with the merging of the index of texts, which by itself would work on hundreds of pages in one
     * transaction out of many, and hold that one's writers up.
     */
    void mergeIndex() throws SQLException {
        sql.update("INSERT INTO texts (texts, rank) VALUES ('merge', " + MERGED_PAGES + ")");
    }

    /** Forgets what a rolled back transaction made. */
    void reload() throws SQLException {
        agents.clear();
        used.clear();
        runs.clear();
        lastSeq = Math.max(sql.number("SELECT max(seq) FROM log"), sql.number("SELECT max(seq) FROM floor"));
        lastNode = sql.number("SELECT max(n) FROM nodes");
        lastKey = sql.number("SELECT max(k) FROM keys");
        quarantines = sql.number("SELECT count(*) FROM quarantines") > 0;
    }

    public long lastSeq() {
        return lastSeq;
    }

    public Sql sql() {
        return sql;
    }

    /** The next entry gets this number; only for numbers that were given before. */
    void moveTo(long seq) {
        lastSeq = seq - 1;
    }

    /** To be called when quarantines came or went. */
    void quarantinesAre(boolean some) {
        quarantines = some;
    }

    /**
     * Refuses a write that may not take place; changes nothing.
     *
     * @throws RpcException CONFLICT, HEAD; UNAVAILABLE, QUOTA_SPACE; INVALID_PARAMS, PARENT or CHUNK
     */
    void check(Principal actor, List<PreparedWrite> all) throws SQLException, RpcException {
        long cost = 0;
        for (PreparedWrite one : all) {
            requireExpected(one.put);
            Parents.require(sql, actor, one.put.parents());
            if (nodeOf(one.id).isEmpty()) {
                cost += one.canonical.length;
                Blobs.requireStaged(sql, agent(actor.agent()), one.put);
            }
            cost += ENTRY_BYTES + one.vector.length;
        }
        requireSpace(actor, cost);
    }

    /** Refuses what an actor has no more space for. */
    void requireSpace(Principal actor, long cost) throws SQLException, RpcException {
        long has = used(agent(actor.agent()));
        if (has + cost > actor.maxBytes()) {
            throw new RpcException(
                    MemoryReason.QUOTA_SPACE,
                    actor.agent() + " has used " + has + " of the " + actor.maxBytes()
                            + " bytes of memory that max_mb allows, history included; this needs " + cost + " more");
        }
    }

    /** Makes the node its key's head; a damaged copy of the same node is mended. */
    Memory.Written apply(Principal actor, PreparedWrite prepared) throws SQLException {
        Put put = prepared.put;
        long a = agent(actor.agent());
        long r = run(a, actor);
        Optional<KeyRow> before = keyRow(put.key());
        Optional<Long> known = nodeOf(prepared.id);
        if (known.isEmpty()) {
            Blobs.noteUse(sql, a, r, lastSeq, put);
        }
        long n = known.isPresent() ? known.get() : insertNode(a, prepared);
        if (known.isPresent()) {
            mend(n, prepared);
        }
        charge(a, (known.isPresent() ? 0 : prepared.canonical.length) + ENTRY_BYTES + prepared.vector.length);
        return append(actor, prepared, before, n, r);
    }

    /** Makes a node that is there already its key's head; it must be sound. */
    public Memory.Written again(Principal actor, NodeId id) throws SQLException, RpcException {
        Node node = node(id).orElseThrow(() ->
                new RpcException(MemoryReason.NOT_FOUND, "there is no node " + id, MemoryContract.ID.name()));
        PreparedWrite prepared = prepared(node);
        long a = agent(actor.agent());
        charge(a, ENTRY_BYTES);
        return append(actor, prepared, keyRow(node.key()), nodeOf(id).orElseThrow(), run(a, actor));
    }

    /** The node, checked. */
    public Optional<Node> node(NodeId id) throws SQLException, RpcException {
        Optional<Queries.Stored> stored = Queries.stored(sql, id);
        return stored.isPresent() ? Optional.of(stored.get().checked().node()) : Optional.empty();
    }

    /** Whether the node is there, whole or damaged. */
    public boolean has(NodeId id) throws SQLException {
        return nodeOf(id).isPresent();
    }

    /**
     * A node to be, and whose it is.
     *
     * @param held the sources of the quarantines that held it back where it comes from
     */
    public record Owned(PrincipalName agent, PreparedWrite prepared, List<String> held) {}

    /**
     * Stores a node from elsewhere without making it a head, or mends it; false when it is there and sound already.
     *
     * @throws RpcException INVALID_PARAMS, PARENT or CHUNK when what it names is not there
     */
    public boolean importNode(Owned node) throws SQLException, RpcException {
        PreparedWrite prepared = node.prepared();
        Optional<Long> known = nodeOf(prepared.id);
        if (known.isPresent()) {
            return mend(known.get(), prepared);
        }
        for (NodeId parent : prepared.put.parents()) {
            if (nodeOf(parent).isEmpty()) {
                throw new RpcException(
                        MemoryReason.PARENT, "parents: " + parent + " is not there", MemoryContract.PARENTS.name());
            }
        }
        Blobs.requireStored(sql, prepared.put);
        long a = agent(node.agent());
        long cost = prepared.canonical.length + Blobs.cost(sql, a, prepared.put);
        long n = insertNode(a, prepared);
        charge(a, cost);
        for (String source : node.held()) {
            Quarantines.putImported(this, n, source);
        }
        if (quarantines) {
            Quarantines.inherit(sql, n, node.agent());
        }
        return true;
    }

    /** Notes who wrote an imported node elsewhere, now that its reads before are noted; nothing for one in the log. */
    public void importOrigin(Principal actor, NodeId id) throws SQLException {
        long r = run(agent(actor.agent()), actor);
        int fresh = sql.update(
                "INSERT OR IGNORE INTO origins (n, r, seq) SELECT n, ?, ? FROM nodes WHERE id = ?"
                        + " AND NOT EXISTS (SELECT 1 FROM log WHERE log.n = nodes.n)",
                r,
                lastSeq + 1,
                id.bytes());
        if (fresh > 0 && quarantines) {
            Quarantines.inherit(sql, nodeOf(id).orElseThrow(), r, actor.agent());
        }
    }

    /** Notes that a run has read a node when the log was at a position. */
    public int read(Principal actor, NodeId id, long position) throws SQLException {
        return sql.update(
                "INSERT OR IGNORE INTO reads (r, n, seq) SELECT ?, n, ? FROM nodes WHERE id = ?",
                run(agent(actor.agent()), actor),
                position,
                id.bytes());
    }

    private boolean mend(long n, PreparedWrite prepared) throws SQLException {
        byte[] content = prepared.canonical;
        return sql.update("UPDATE nodes SET content = ? WHERE n = ? AND content <> ?", content, n, content) > 0;
    }

    /** The write that makes this very node. */
    public static PreparedWrite prepared(Node node) throws RpcException {
        return PreparedWrite.of(
                node.agent(),
                new Put(node.key(), node.kind(), node.value(), node.parents(), new Put.Anything(), List.of()));
    }

    /** The number of an agent, given when it has none. */
    long agent(PrincipalName name) throws SQLException {
        Long cached = agents.get(name.text());
        if (cached != null) {
            return cached;
        }
        sql.update("INSERT INTO agents (name, bytes) VALUES (?, 0) ON CONFLICT (name) DO NOTHING", name.text());
        long a = sql.number("SELECT a FROM agents WHERE name = ?", name.text());
        agents.put(name.text(), a);
        return a;
    }

    /** The number of an actor's run, given when it has none. */
    long run(long a, Principal actor) throws SQLException {
        RunKey key = new RunKey(a, actor.run(), actor.manifest());
        Long cached = runs.get(key);
        if (cached != null) {
            return cached;
        }
        sql.update(
                "INSERT INTO runs (a, run, manifest) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                a,
                actor.run(),
                actor.manifest());
        long r = sql.number(
                "SELECT r FROM runs WHERE a = ? AND run = ? AND manifest = ?", a, actor.run(), actor.manifest());
        runs.put(key, r);
        return r;
    }

    /** Counts bytes to an agent; negative ones are given back. */
    void charge(long a, long bytes) throws SQLException {
        used.merge(a, used(a) + bytes, (old, now) -> now);
        sql.update("UPDATE agents SET bytes = bytes + ? WHERE a = ?", bytes, a);
    }

    private long used(long a) throws SQLException {
        Long cached = used.get(a);
        if (cached != null) {
            return cached;
        }
        long bytes = sql.number("SELECT bytes FROM agents WHERE a = ?", a);
        used.put(a, bytes);
        return bytes;
    }

    private Optional<KeyRow> keyRow(MemoryKey key) throws SQLException {
        return sql.first(
                "SELECT k, seq, n, live FROM keys WHERE key = ?",
                row -> new KeyRow(row.getLong(1), row.getLong(2), row.getLong(3), row.getInt(4) != 0),
                key.text());
    }

    private Optional<Long> nodeOf(NodeId id) throws SQLException {
        return sql.first("SELECT n FROM nodes WHERE id = ?", row -> row.getLong(1), id.bytes());
    }

    private void requireExpected(Put put) throws SQLException, RpcException {
        if (put.expect() instanceof Put.Anything) {
            return;
        }
        Optional<KeyRow> head = keyRow(put.key()).filter(KeyRow::live);
        boolean met = switch (put.expect()) {
            case Put.Anything() -> true;
            case Put.Nothing() -> head.isEmpty();
            case Put.Seq(long seq) -> head.isPresent() && head.get().seq() == seq;
            case Put.Head(NodeId id) -> {
                Optional<Long> n = nodeOf(id);
                yield head.isPresent() && n.isPresent() && head.get().n() == n.get();
            }
        };
        if (!met) {
            String is =
                    head.isPresent() ? "has another head, of seq " + head.get().seq() : "holds nothing";
            throw new RpcException(
                    MemoryReason.HEAD, put.key() + " " + is + ": read it and try again", MemoryContract.EXPECT.name());
        }
    }

    private long insertNode(long a, PreparedWrite prepared) throws SQLException {
        long n = ++lastNode;
        sql.update(
                "INSERT INTO nodes (n, id, a, kind, content) VALUES (?, ?, ?, ?, ?)",
                n,
                prepared.id.bytes(),
                a,
                prepared.put.kind().code(),
                prepared.canonical);
        for (NodeId parent : prepared.put.parents()) {
            sql.update("INSERT INTO parents (n, parent) SELECT ?, n FROM nodes WHERE id = ?", n, parent.bytes());
        }
        Blobs.attach(sql, a, n, prepared.put);
        return n;
    }

    private Memory.Written append(Principal actor, PreparedWrite prepared, Optional<KeyRow> before, long n, long r)
            throws SQLException {
        Put put = prepared.put;
        int live = put.kind() == Node.Kind.TOMBSTONE ? 0 : 1;
        long seq = ++lastSeq;
        long k = before.isPresent() ? before.get().k() : ++lastKey;
        sql.update("INSERT INTO log (seq, k, n, r) VALUES (?, ?, ?, ?)", seq, k, n, r);
        if (before.isPresent()) {
            sql.update("UPDATE keys SET seq = ?, n = ?, live = ? WHERE k = ?", seq, n, live, k);
        } else {
            String text = put.key().text();
            sql.update("INSERT INTO keys (k, key, seq, n, live) VALUES (?, ?, ?, ?, ?)", k, text, seq, n, live);
        }
        index(k, put, prepared, before.isPresent() && before.get().live());
        if (quarantines) {
            Quarantines.inherit(sql, n, r, actor.agent());
        }
        return new Memory.Written(prepared.id, seq);
    }

    private void index(long k, Put put, PreparedWrite prepared, boolean wasLive) throws SQLException {
        if (wasLive) {
            sql.update("DELETE FROM texts WHERE rowid = ?", k);
            sql.update("DELETE FROM vectors WHERE k = ?", k);
        }
        if (put.kind() != Node.Kind.TOMBSTONE) {
            sql.update(
                    "INSERT INTO texts (rowid, space, key, text) VALUES (?, ?, ?, ?)",
                    k,
                    put.key().text(),
                    put.key().text(),
                    prepared.text);
            if (prepared.vector.length > 0) {
                sql.update("INSERT INTO vectors (k, vector) VALUES (?, ?)", k, prepared.vector);
            }
        }
    }
}
