package dev.nullbox.ctxgraph.store;

import java.sql.SQLException;
import java.util.List;

/**
 * The tables, and the migration of older versions to them.
 *
 * <p>{@code log} is the order of all writes and is only ever appended to; {@code prev} is the entry before of the same
 * key, or 0. A node has the number of its first entry, so that only further entries need an index to be found by their
 * node; an imported node, which has none at first, and those of a migrated database have others. {@code keys} holds each key's last entry once more, so that a get is two look-ups. The full-text index has a
 * file of its own ({@link TextIndex}).
 *
 * <p>Nodes are looked up by the first 8 bytes of their ids ({@link Queries#HAS_ID}): an index over whole ids takes twice
 * the space. A database that was migrated from version 3 keeps such an index instead, so that its nodes need not be
 * copied.
 */
final class Schema {
    /** The oldest version whose backups can be restored. */
    static final int OLDEST = 2;

    static final int VERSION = 4;

    private static final String LOG_BY_NODE = "CREATE INDEX log_again ON log (n, seq) WHERE n <> seq";

    /** Blocks of the log ({@link Queries#BLOCK_BITS}) in which a run has written. */
    private static final String RUN_BLOCKS = "CREATE TABLE run_blocks (r INTEGER NOT NULL, block INTEGER NOT NULL,"
            + " PRIMARY KEY (r, block)) STRICT, WITHOUT ROWID";

    private static final List<String> TABLES = List.of(
            "CREATE TABLE agents (a INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL) STRICT",
            "CREATE TABLE runs (r INTEGER PRIMARY KEY, a INTEGER NOT NULL, run INTEGER NOT NULL, manifest TEXT NOT NULL,"
                    + " UNIQUE (a, run, manifest)) STRICT",
            "CREATE TABLE nodes (n INTEGER PRIMARY KEY, id BLOB NOT NULL, a INTEGER NOT NULL,"
                    + " kind INTEGER NOT NULL, content BLOB NOT NULL) STRICT",
            "CREATE INDEX nodes_by_id ON nodes (substr(id, 1, 8))",
            "CREATE TABLE keys (k INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, seq INTEGER NOT NULL,"
                    + " n INTEGER NOT NULL, live INTEGER NOT NULL) STRICT",
            "CREATE TABLE log (seq INTEGER PRIMARY KEY, k INTEGER NOT NULL, n INTEGER NOT NULL, r INTEGER NOT NULL,"
                    + " prev INTEGER NOT NULL DEFAULT 0) STRICT",
            LOG_BY_NODE,
            RUN_BLOCKS,
            "CREATE TABLE parents (n INTEGER NOT NULL, parent INTEGER NOT NULL, PRIMARY KEY (n, parent))"
                    + " STRICT, WITHOUT ROWID",
            "CREATE INDEX children ON parents (parent, n)",
            // Reads of runs: a read at seq precedes what the run wrote later, which may derive from it.
            "CREATE TABLE reads (r INTEGER NOT NULL, n INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (r, n))"
                    + " STRICT, WITHOUT ROWID",
            "CREATE INDEX readers ON reads (n, r)",
            // Hosts that a run has talked to, as egress tells: a contact at seq precedes what the run wrote later.
            "CREATE TABLE contacts (r INTEGER NOT NULL, contact TEXT NOT NULL, seq INTEGER NOT NULL,"
                    + " PRIMARY KEY (r, contact)) STRICT, WITHOUT ROWID",
            "CREATE TABLE chunks (c INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, data BLOB NOT NULL) STRICT",
            "CREATE TABLE node_chunks (n INTEGER NOT NULL, i INTEGER NOT NULL, c INTEGER NOT NULL, PRIMARY KEY (n, i))"
                    + " STRICT, WITHOUT ROWID",
            "CREATE INDEX chunk_nodes ON node_chunks (c)",
            "CREATE TABLE vectors (k INTEGER PRIMARY KEY, vector BLOB NOT NULL) STRICT",
            "CREATE TABLE quarantines (q INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, reason TEXT NOT NULL,"
                    + " seq INTEGER NOT NULL) STRICT",
            "CREATE TABLE quarantined (n INTEGER NOT NULL, q INTEGER NOT NULL, PRIMARY KEY (n, q)) STRICT, WITHOUT ROWID",
            "CREATE INDEX quarantined_by ON quarantined (q, n)");

    private static final List<String> SINCE_3 = List.of(
            "CREATE TABLE staged (a INTEGER NOT NULL, c INTEGER NOT NULL, since INTEGER NOT NULL DEFAULT (unixepoch()),"
                    + " PRIMARY KEY (a, c)) STRICT, WITHOUT ROWID",
            "CREATE INDEX staged_since ON staged (since)",
            // Writes of nodes that were imported without an entry in the log: the writer, and the reads before (by
            // seq).
            "CREATE TABLE origins (n INTEGER NOT NULL, r INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (n, r))"
                    + " STRICT, WITHOUT ROWID",
            "CREATE INDEX origins_by_run ON origins (r, seq)",
            // The first number after a restore of a backup with smaller ones; no entry has it.
            "CREATE TABLE floor (seq INTEGER NOT NULL) STRICT");

    /** Entries of the log that are migrated by one statement. */
    private static final int MIGRATED = 10_000;

    private Schema() {}

    /**
     * Migrates the database to this version, in one transaction.
     *
     * @throws SQLException when it is damaged, or of a newer version
     */
    static void migrate(Sql sql) throws SQLException {
        long version = sql.first("PRAGMA user_version", row -> row.getLong(1)).orElse(0L);
        if (version > VERSION) {
            throw new SQLException("the database is of version " + version + ", this program knows " + VERSION);
        }
        if (version == VERSION) {
            return;
        }
        sql.execute("BEGIN IMMEDIATE");
        if (version == 1) {
            sql.execute("ALTER TABLE nodes RENAME TO nodes_1");
            sql.execute("ALTER TABLE log RENAME TO log_1");
            sql.execute("DROP INDEX log_by_key");
            sql.execute("DROP INDEX log_by_node");
        }
        if (version == 2) {
            sql.execute("UPDATE agents SET bytes = bytes - (SELECT coalesce(sum(length(data)), 0) FROM staged"
                    + " JOIN chunks USING (c) WHERE staged.a = agents.a) WHERE a IN (SELECT a FROM staged)");
            sql.execute(
                    "DELETE FROM chunks WHERE c IN (SELECT c FROM staged) AND c NOT IN (SELECT c FROM node_chunks)");
            sql.execute("DROP TABLE staged");
        }
        if (version < 2) {
            executeAll(sql, TABLES);
        }
        if (version < 3) {
            executeAll(sql, SINCE_3);
        }
        if (version == 2 || version == 3) {
            migrateFrom3(sql);
        }
        if (version == 1) {
            MigrationFromV1.move(sql);
            sql.execute("DROP TABLE log_1");
            sql.execute("DROP TABLE nodes_1");
        }
        sql.execute("PRAGMA user_version = " + VERSION);
        sql.execute("COMMIT");
    }

    private static void executeAll(Sql sql, List<String> statements) throws SQLException {
        for (String statement : statements) {
            sql.execute(statement);
        }
    }

    /** Replaces the index of the log by keys by references from entry to entry; the full-text index is built anew. */
    private static void migrateFrom3(Sql sql) throws SQLException {
        sql.execute("DROP TABLE texts");
        sql.execute("ALTER TABLE log ADD COLUMN prev INTEGER NOT NULL DEFAULT 0");
        long last = sql.number("SELECT max(seq) FROM log");
        // Piece by piece: SQLite collects the rows of one statement in memory or in a temporary file.
        for (long from = 0; from < last; ) {
            long to = sql.number(
                    "SELECT max(seq) FROM (SELECT seq FROM log WHERE seq > ? ORDER BY seq LIMIT " + MIGRATED + ")",
                    from);
            sql.update(
                    "UPDATE log SET prev = coalesce((SELECT max(before.seq) FROM log AS before"
                            + " WHERE before.k = log.k AND before.seq < log.seq), 0) WHERE seq > ? AND seq <= ?",
                    from,
                    to);
            from = to;
        }
        sql.execute("DROP INDEX log_by_key");
        sql.execute("DROP INDEX log_by_node");
        sql.execute("DROP INDEX log_by_run");
        sql.execute(LOG_BY_NODE);
        sql.execute(RUN_BLOCKS);
        sql.update("INSERT OR IGNORE INTO run_blocks (r, block) SELECT r, seq >> " + Queries.BLOCK_BITS + " FROM log");
    }
}
