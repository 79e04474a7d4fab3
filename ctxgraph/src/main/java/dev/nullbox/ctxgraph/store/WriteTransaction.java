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
 * Changes of the tables by the writing thread, inside its transactions. It alone gives out sequence numbers, and caches
 * the last one; after a rollback they are read anew.
 */
public final class WriteTransaction {
    /** Bytes charged for an entry in the log with its indexes. */
    public static final long ENTRY_BYTES = 128;

    private final Sql sql;
    private final Map<String, Long> agents = new HashMap<>();
    private final Map<Long, Long> used = new HashMap<>();

    /** Bytes charged in this transaction and not yet in the tables, by the agent's number. */
    private final Map<Long, Long> charged = new HashMap<>();

    /** Nodes that {@link #check} has looked up for the writes that follow, by their ids. */
    private final Map<NodeId, Optional<Long>> checked = new HashMap<>();

    private final Map<RunKey, Long> runs = new HashMap<>();

    /** The last block in which each run has written. */
    private final Map<Long, Long> blocks = new HashMap<>();

    private long lastSeq;
    private long lastNode;
    private long lastKey;
    private boolean quarantines;
    private boolean vectors;

    private record RunKey(long agent, long run, String manifest) {}

    private record KeyRow(long k, long seq, long n, boolean live) {}

    private WriteTransaction(Sql sql) {
        this.sql = sql;
    }

    /** Opens the writing side of a database of the present version. */
    static WriteTransaction open(Sql sql) throws SQLException {
        WriteTransaction writes = new WriteTransaction(sql);
        writes.reload();
        return writes;
    }

    /** Writes what is written once for all changes of a transaction; to be called before each commit. */
    void beforeCommit() throws SQLException {
        for (Map.Entry<Long, Long> charge : charged.entrySet()) {
            sql.update("UPDATE agents SET bytes = bytes + ? WHERE a = ?", charge.getValue(), charge.getKey());
        }
        charged.clear();
    }

    /** Discards what a rolled back transaction left here. */
    void reload() throws SQLException {
        agents.clear();
        used.clear();
        charged.clear();
        checked.clear();
        runs.clear();
        blocks.clear();
        lastSeq = Math.max(sql.number("SELECT max(seq) FROM log"), sql.number("SELECT max(seq) FROM floor"));
        lastNode = sql.number("SELECT max(n) FROM nodes");
        lastKey = sql.number("SELECT max(k) FROM keys");
        quarantines = sql.number("SELECT count(*) FROM quarantines") > 0;
        vectors = sql.number("SELECT EXISTS (SELECT 1 FROM vectors)") > 0;
    }

    public long lastSeq() {
        return lastSeq;
    }

    public Sql sql() {
        return sql;
    }

    /** Sets the number of the next entry; only for numbers that were given out before. */
    void moveTo(long seq) {
        lastSeq = seq - 1;
    }

    /** Sets whether there are quarantines; to be called when one is put or released. */
    void quarantinesAre(boolean some) {
        quarantines = some;
    }

    /**
     * Refuses a write that may not be made; changes nothing.
     *
     * @throws RpcException CONFLICT, HEAD; UNAVAILABLE, QUOTA_SPACE; INVALID_PARAMS, PARENT or CHUNK
     */
    void check(Principal principal, List<PreparedWrite> all) throws SQLException, RpcException {
        long cost = 0;
        checked.clear();
        for (PreparedWrite one : all) {
            requireExpected(one.put);
            Parents.require(sql, principal, one.put.parents());
            Optional<Long> known = nodeOf(one.id);
            checked.put(one.id, known);
            if (known.isEmpty()) {
                cost += one.canonical.length;
                Blobs.requireStaged(sql, agent(principal.agent()), one.put);
            }
            cost += ENTRY_BYTES + one.vector.length;
        }
        requireSpace(principal, cost);
    }

    /** Refuses what exceeds the principal's quota of space. */
    void requireSpace(Principal principal, long cost) throws SQLException, RpcException {
        long has = used(agent(principal.agent()));
        if (has + cost > principal.maxBytes()) {
            throw new RpcException(
                    MemoryReason.QUOTA_SPACE,
                    principal.agent() + " has used " + has + " of the " + principal.maxBytes()
                            + " bytes of memory that max_mb allows, history included; this needs " + cost + " more");
        }
    }

    /** Makes the node its key's head; a damaged copy of the same node is repaired. */
    Memory.Written apply(Principal principal, PreparedWrite prepared) throws SQLException {
        Put put = prepared.put;
        long a = agent(principal.agent());
        long r = run(a, principal);
        Optional<KeyRow> before = keyRow(put.key());
        Optional<Long> looked = checked.remove(prepared.id);
        Optional<Long> known = looked == null ? nodeOf(prepared.id) : looked;
        if (known.isEmpty()) {
            Blobs.noteUse(sql, a, r, lastSeq, put);
        }
        if (known.isEmpty()) {
            // The node gets the number of its first entry: see Schema.
            lastSeq = Math.max(lastSeq, lastNode);
            lastNode = lastSeq;
        }
        long n = known.isPresent() ? known.get() : insertNode(a, prepared);
        if (known.isPresent()) {
            mend(n, prepared);
        }
        charge(a, (known.isPresent() ? 0 : prepared.canonical.length) + ENTRY_BYTES + prepared.vector.length);
        return append(principal, prepared, before, n, r);
    }

    /** Makes a node that is stored already its key's head; it must be sound. */
    public Memory.Written again(Principal principal, NodeId id) throws SQLException, RpcException {
        Node node = node(id).orElseThrow(() ->
                new RpcException(MemoryReason.NOT_FOUND, "there is no node " + id, MemoryContract.ID.name()));
        PreparedWrite prepared = prepared(node);
        long a = agent(principal.agent());
        charge(a, ENTRY_BYTES);
        return append(principal, prepared, keyRow(node.key()), nodeOf(id).orElseThrow(), run(a, principal));
    }

    /** The node, checked. */
    public Optional<Node> node(NodeId id) throws SQLException, RpcException {
        Optional<Queries.Stored> stored = Queries.stored(sql, id);
        return stored.isPresent() ? Optional.of(stored.get().checked().node()) : Optional.empty();
    }

    /** Tells whether the node is stored, sound or damaged. */
    public boolean has(NodeId id) throws SQLException {
        return nodeOf(id).isPresent();
    }

    /**
     * A node to be stored, and its owner.
     *
     * @param held sources of its quarantines where it comes from
     */
    public record Owned(PrincipalName agent, PreparedWrite prepared, List<String> held) {}

    /**
     * Stores an imported node without making it a head, or repairs it; false when it is stored and sound already.
     *
     * @throws RpcException INVALID_PARAMS, PARENT or CHUNK when something that it refers to is not stored
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

    /** Records the original writer of an imported node, after its reads are recorded; nothing for one in the log. */
    public void importOrigin(Principal principal, NodeId id) throws SQLException {
        long r = run(agent(principal.agent()), principal);
        int fresh = sql.update(
                "INSERT OR IGNORE INTO origins (n, r, seq) SELECT n, ?2, ?3 FROM nodes WHERE " + Queries.HAS_ID
                        + " AND NOT EXISTS (SELECT 1 FROM log WHERE " + Queries.isOf("nodes.n") + ")",
                id.bytes(),
                r,
                lastSeq + 1);
        if (fresh > 0 && quarantines) {
            Quarantines.inherit(sql, nodeOf(id).orElseThrow(), r, principal.agent());
        }
    }

    /** Records that a run has read a node when the log was at a position. */
    public int read(Principal principal, NodeId id, long position) throws SQLException {
        return sql.update(
                "INSERT OR IGNORE INTO reads (r, n, seq) SELECT ?2, n, ?3 FROM nodes WHERE " + Queries.HAS_ID,
                id.bytes(),
                run(agent(principal.agent()), principal),
                position);
    }

    /** Records that a run was let through to a host when the log was at a position; no more than some of each run. */
    public int contact(Principal principal, String contact, long position) throws SQLException {
        long r = run(agent(principal.agent()), principal);
        return sql.update(
                "INSERT OR IGNORE INTO contacts (r, contact, seq) SELECT ?, ?, ?"
                        + " WHERE (SELECT count(*) FROM contacts WHERE r = ?) < " + MemoryContract.MAX_CONTACTS_OF_RUN,
                r,
                contact,
                position,
                r);
    }

    private boolean mend(long n, PreparedWrite prepared) throws SQLException {
        byte[] content = prepared.canonical;
        return sql.update("UPDATE nodes SET content = ? WHERE n = ? AND content <> ?", content, n, content) > 0;
    }

    /** The prepared write that makes exactly this node. */
    public static PreparedWrite prepared(Node node) throws RpcException {
        return PreparedWrite.of(
                node.agent(),
                new Put(node.key(), node.kind(), node.value(), node.parents(), new Put.Anything(), List.of()));
    }

    /** The number of an agent, assigned when it has none. */
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

    /** The number of a principal's run, assigned when it has none. */
    long run(long a, Principal principal) throws SQLException {
        RunKey key = new RunKey(a, principal.run(), principal.manifest());
        Long cached = runs.get(key);
        if (cached != null) {
            return cached;
        }
        sql.update(
                "INSERT INTO runs (a, run, manifest) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                a,
                principal.run(),
                principal.manifest());
        long r = sql.number(
                "SELECT r FROM runs WHERE a = ? AND run = ? AND manifest = ?",
                a,
                principal.run(),
                principal.manifest());
        runs.put(key, r);
        return r;
    }

    /** Charges bytes to an agent; negative ones are refunded. */
    void charge(long a, long bytes) throws SQLException {
        used.merge(a, used(a) + bytes, (old, now) -> now);
        charged.merge(a, bytes, Long::sum);
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
        return Queries.number(sql, id);
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
        lastNode++;
        long n = lastNode;
        sql.update(
                "INSERT INTO nodes (n, id, a, kind, content) VALUES (?, ?, ?, ?, ?)",
                n,
                prepared.id.bytes(),
                a,
                prepared.put.kind().code(),
                prepared.canonical);
        for (NodeId parent : prepared.put.parents()) {
            sql.update(
                    "INSERT INTO parents (n, parent) SELECT ?2, n FROM nodes WHERE " + Queries.HAS_ID,
                    parent.bytes(),
                    n);
        }
        Blobs.attach(sql, a, n, prepared.put);
        return n;
    }

    private Memory.Written append(Principal principal, PreparedWrite prepared, Optional<KeyRow> before, long n, long r)
            throws SQLException {
        Put put = prepared.put;
        int live = put.kind() == Node.Kind.TOMBSTONE ? 0 : 1;
        long seq = ++lastSeq;
        long k = before.isPresent() ? before.get().k() : ++lastKey;
        noteBlock(r, seq);
        long prev = before.isPresent() ? before.get().seq() : 0;
        sql.update("INSERT INTO log (seq, k, n, r, prev) VALUES (?, ?, ?, ?, ?)", seq, k, n, r, prev);
        if (before.isPresent()) {
            sql.update("UPDATE keys SET seq = ?, n = ?, live = ? WHERE k = ?", seq, n, live, k);
        } else {
            String text = put.key().text();
            sql.update("INSERT INTO keys (k, key, seq, n, live) VALUES (?, ?, ?, ?, ?)", k, text, seq, n, live);
        }
        replaceVector(k, prepared.vector);
        if (quarantines) {
            Quarantines.inherit(sql, n, r, principal.agent());
        }
        return new Memory.Written(prepared.id, seq);
    }

    /** Records that a run has written in a block of numbers. */
    private void noteBlock(long r, long seq) throws SQLException {
        long block = seq >> Queries.BLOCK_BITS;
        Long last = blocks.put(r, block);
        if (last == null || last != block) {
            sql.update("INSERT OR IGNORE INTO run_blocks (r, block) VALUES (?, ?)", r, block);
        }
    }

    private void replaceVector(long k, byte[] vector) throws SQLException {
        if (vectors) {
            sql.update("DELETE FROM vectors WHERE k = ?", k);
        }
        if (vector.length > 0) {
            sql.update("INSERT INTO vectors (k, vector) VALUES (?, ?)", k, vector);
            vectors = true;
        }
    }
}
