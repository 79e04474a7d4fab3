package dev.nullbox.ctxgraph;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.Optional;
import org.sqlite.SQLiteConfig;

/**
 * Nodes and the log of writes in one SQLite file (WAL, synchronous=FULL: what {@link #put} returned for survives a power
 * cut). A key's head is its last entry in the log; the log's sequence number grows over all keys and is never used
 * twice.
 *
 * <p>One connection under one lock. Stored content is checked against its id whenever it is read.
 */
final class MemoryStore implements AutoCloseable {
    private static final int VERSION = 1;
    private static final int BUSY_MS = 5_000;

    /** One write, as it stands in the log. */
    record Entry(NodeId id, long seq, Node node) {}

    /** A write that is on disk. */
    record Written(NodeId id, long seq) {}

    /** The stored content of a node is not what its id says. */
    static final class DamagedException extends Exception {
        private static final long serialVersionUID = 1L;

        DamagedException(NodeId id) {
            super("node " + id + " is damaged: its content has another SHA-256");
        }
    }

    private final Connection connection;

    private MemoryStore(Connection connection) {
        this.connection = connection;
    }

    /**
     * Opens the file, made when it is absent.
     *
     * @throws SQLException when it is no database, is damaged, or is of a newer version
     */
    static MemoryStore open(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(BUSY_MS);
        Connection connection = config.createConnection("jdbc:sqlite:" + file);
        try {
            migrate(connection);
            return new MemoryStore(connection);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private static void migrate(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            int version;
            try (ResultSet row = statement.executeQuery("PRAGMA user_version")) {
                version = row.getInt(1);
            }
            if (version > VERSION) {
                throw new SQLException("the database is of version " + version + ", this program knows " + VERSION);
            }
            if (version == VERSION) {
                return;
            }
            statement.execute("BEGIN IMMEDIATE");
            statement.executeUpdate("CREATE TABLE nodes (id BLOB NOT NULL UNIQUE, content BLOB NOT NULL) STRICT");
            statement.executeUpdate("CREATE TABLE log (seq INTEGER PRIMARY KEY AUTOINCREMENT, agent TEXT NOT NULL,"
                    + " key TEXT NOT NULL, node BLOB NOT NULL REFERENCES nodes (id)) STRICT");
            statement.executeUpdate("CREATE INDEX log_by_key ON log (agent, key, seq)");
            statement.executeUpdate("CREATE INDEX log_by_node ON log (node, seq)");
            statement.executeUpdate("PRAGMA user_version = " + VERSION);
            statement.execute("COMMIT");
        }
    }

    /**
     * Makes the node its key's head; on disk when this returns. A damaged copy of the same node is mended.
     *
     * @param canonical the node's canonical encoding
     */
    synchronized Written put(Node node, byte[] canonical) throws SQLException {
        NodeId id = NodeId.of(canonical);
        // By hand, because the driver's own transactions begin anew at each commit and so hold the lock for ever.
        execute("BEGIN IMMEDIATE");
        try {
            insert(id, canonical);
            long seq = append(id, node);
            execute("COMMIT");
            return new Written(id, seq);
        } catch (SQLException e) {
            rollBack(e);
            throw e;
        }
    }

    private void insert(NodeId id, byte[] canonical) throws SQLException {
        String sql = "INSERT INTO nodes (id, content) VALUES (?, ?) ON CONFLICT (id)"
                + " DO UPDATE SET content = excluded.content WHERE content <> excluded.content";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setBytes(1, id.bytes());
            insert.setBytes(2, canonical);
            insert.executeUpdate();
        }
    }

    private long append(NodeId id, Node node) throws SQLException {
        String sql = "INSERT INTO log (agent, key, node) VALUES (?, ?, ?) RETURNING seq";
        try (PreparedStatement append = connection.prepareStatement(sql)) {
            append.setString(1, node.agent().text());
            append.setString(2, node.key().text());
            append.setBytes(3, id.bytes());
            try (ResultSet row = append.executeQuery()) {
                return row.getLong(1);
            }
        }
    }

    /** What the agent last put under the key. */
    synchronized Optional<Entry> head(AgentName agent, MemoryKey key) throws SQLException, DamagedException {
        return entry(
                "SELECT node, seq, content FROM log JOIN nodes ON nodes.id = log.node"
                        + " WHERE agent = ? AND key = ? ORDER BY seq DESC LIMIT 1",
                statement -> {
                    statement.setString(1, agent.text());
                    statement.setString(2, key.text());
                });
    }

    /** One of the agent's own nodes, with its last place in the log. */
    synchronized Optional<Entry> node(AgentName agent, NodeId id) throws SQLException, DamagedException {
        return entry(
                "SELECT node, seq, content FROM log JOIN nodes ON nodes.id = log.node"
                        + " WHERE node = ? AND agent = ? ORDER BY seq DESC LIMIT 1",
                statement -> {
                    statement.setBytes(1, id.bytes());
                    statement.setString(2, agent.text());
                });
    }

    /** Moves the log into the file and closes it. */
    @Override
    public synchronized void close() throws SQLException {
        if (connection.isClosed()) {
            return;
        }
        try {
            execute("PRAGMA wal_checkpoint(TRUNCATE)");
        } finally {
            connection.close();
        }
    }

    @FunctionalInterface
    private interface Binder {
        void bind(PreparedStatement statement) throws SQLException;
    }

    private Optional<Entry> entry(String query, Binder binder) throws SQLException, DamagedException {
        try (PreparedStatement select = connection.prepareStatement(query)) {
            binder.bind(select);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(checked(row)) : Optional.empty();
            }
        }
    }

    private static Entry checked(ResultSet row) throws SQLException, DamagedException {
        byte[] content = row.getBytes("content");
        String hex = HexFormat.of().formatHex(row.getBytes("node"));
        NodeId id = new NodeId(hex);
        if (!NodeId.of(content).equals(id)) {
            throw new DamagedException(id);
        }
        return new Entry(id, row.getLong("seq"), Node.parse(content));
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void rollBack(SQLException cause) {
        try {
            execute("ROLLBACK");
        } catch (SQLException e) {
            // SQLite has rolled back by itself after some failures, as a full disk; then there is nothing to end.
            cause.addSuppressed(e);
        }
    }
}
