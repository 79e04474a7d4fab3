package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.memory.NodeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sqlite.SQLiteErrorCode;

/**
 * The full-text index over the current values, in a file of its own beside the database. {@code texts} holds no copy of
 * the values; {@code space} holds the key again, to narrow a search to an agent's scope without influence on the
 * ranking. {@code position} is a single row, written in the same transaction as the texts: the last entry of the log
 * that is indexed, the id of its node, and while the index is built, the last key that is in it.
 *
 * <p>The file derives from the database: its commits are not synced. A power cut loses the last ones whole, and they are
 * made again. A file that is damaged, or that belongs to another state of the database, is deleted and built anew.
 */
final class TextIndex implements AutoCloseable {
    /** Name under which a connection of the database has the index attached. */
    static final String ATTACHED = "text_index";

    private static final String SUFFIX = ".texts";

    /** SQLite's companion files first: without the database they are nothing, and the database without them is whole. */
    private static final List<String> FILES = List.of("-wal", "-shm", "");

    private static final int VERSION = 1;
    private static final long BUILT = Long.MAX_VALUE;

    /** Most entries of the log, or keys, in one transaction, and about the most characters. */
    private static final int BATCH = 1_024;

    private static final int BATCH_CHARS = 1 << 20;

    private final Sql memory;
    private final Sql index;
    private long seq;
    private long built;

    private record Progress(long seq, String id, long built) {}

    /** Entry of the log, or only a key. */
    private record Entry(long seq, long k) {}

    private record Text(String key, boolean isLive, Queries.Stored stored) {}

    private TextIndex(Sql memory, Sql index) {
        this.memory = memory;
        this.index = index;
    }

    static Path file(Path database) {
        return database.resolveSibling(database.getFileName() + SUFFIX);
    }

    /** Deletes the index of a database, so that it is built anew; may be interrupted and repeated. */
    static void delete(Path database) throws IOException {
        for (String suffix : FILES) {
            Files.deleteIfExists(database.resolveSibling(database.getFileName() + SUFFIX + suffix));
        }
    }

    /** Opens the index of a database; begins a new one unless there is a sound one of this state of the database. */
    static TextIndex open(Path database) throws SQLException {
        try {
            return opened(database);
        } catch (SQLException e) {
            if (!Sql.isDamage(e)) {
                throw e;
            }
            return anew(database, "it is damaged: " + e.getMessage());
        }
    }

    /** Replaces the index of a database by an empty one. */
    static TextIndex anew(Path database, String reason) throws SQLException {
        System.err.println("ctxgraph: the full-text index is built anew: " + reason);
        try {
            delete(database);
        } catch (IOException e) {
            throw new SQLException("the full-text index cannot be replaced: " + e.getMessage(), e);
        }
        return opened(database);
    }

    private static TextIndex opened(Path database) throws SQLException {
        Sql memory = Sql.open(database);
        try {
            Sql index = Sql.open(file(database));
            try {
                index.execute("PRAGMA synchronous = NORMAL");
                TextIndex texts = new TextIndex(memory, index);
                if (!texts.load()) {
                    index.close();
                    memory.close();
                    return anew(database, "it belongs to another state of the database");
                }
                return texts;
            } catch (SQLException e) {
                index.close();
                throw e;
            }
        } catch (SQLException e) {
            memory.close();
            throw e;
        }
    }

    /** Reads the position, or begins; false when the index is of another state of the database. */
    private boolean load() throws SQLException {
        long version = index.number("PRAGMA user_version");
        if (version == 0) {
            create();
            return true;
        }
        Optional<Progress> found = version != VERSION
                ? Optional.empty()
                : index.first(
                        "SELECT seq, id, built FROM position",
                        row -> new Progress(row.getLong(1), row.getString(2), row.getLong(3)));
        if (found.isEmpty() || !found.get().id().equals(nodeAt(found.get().seq()))) {
            return false;
        }
        seq = found.get().seq();
        built = found.get().built();
        return true;
    }

    private void create() throws SQLException {
        seq = rows("SELECT coalesce(max(seq), 0) FROM log", row -> row.getLong(1))
                .getFirst();
        built = 0;
        index.execute("BEGIN IMMEDIATE");
        index.execute("CREATE VIRTUAL TABLE texts USING fts5 (space, key, text, content = '', contentless_delete = 1,"
                + " tokenize = 'unicode61 remove_diacritics 2')");
        index.execute("CREATE TABLE position (seq INTEGER NOT NULL, id TEXT NOT NULL, built INTEGER NOT NULL) STRICT");
        index.update("INSERT INTO position (seq, id, built) VALUES (?, ?, ?)", seq, nodeAt(seq), built);
        index.execute("PRAGMA user_version = " + VERSION);
        index.execute("COMMIT");
    }

    /** The id of the node that an entry of the log wrote; empty when there is no such entry. */
    private String nodeAt(long entry) throws SQLException {
        List<String> ids =
                rows("SELECT hex(id) FROM log JOIN nodes USING (n) WHERE seq = ?", row -> row.getString(1), entry);
        return ids.isEmpty() ? "" : ids.getFirst();
    }

    /** Rows of the database; its damage is not taken for that of the index. */
    private <T> List<T> rows(String sql, Sql.Row<T> reader, Object... arguments) throws SQLException {
        try {
            return memory.all(sql, reader, arguments);
        } catch (SQLException e) {
            throw Sql.isDamage(e) ? new SQLException("the database is damaged: " + e.getMessage(), e) : e;
        }
    }

    /** The failure of an index whose pages can be read and are wrong. */
    static SQLException damage(String how) {
        return new SQLException(how, null, SQLiteErrorCode.SQLITE_CORRUPT.code);
    }

    /** The last entry of the log up to which everything is indexed; -1 while the index is built. */
    long position() {
        return built == BUILT ? seq : -1;
    }

    /**
     * Indexes the next values.
     *
     * @return false when none are left
     * @throws SQLException when the index cannot be written, and then its last transaction is undone
     */
    boolean step() throws SQLException {
        List<Entry> next = built == BUILT
                ? rows(
                        "SELECT seq, k FROM log WHERE seq > ? ORDER BY seq LIMIT " + BATCH,
                        row -> new Entry(row.getLong(1), row.getLong(2)),
                        seq)
                : rows(
                        "SELECT k FROM keys WHERE k > ? ORDER BY k LIMIT " + BATCH,
                        row -> new Entry(seq, row.getLong(1)),
                        built);
        if (next.isEmpty() && built == BUILT) {
            return false;
        }
        index.update("BEGIN IMMEDIATE");
        try {
            Entry last = next.isEmpty() ? new Entry(seq, BUILT) : indexed(next);
            long nowBuilt = built == BUILT ? BUILT : last.k();
            index.update("UPDATE position SET seq = ?, id = ?, built = ?", last.seq(), nodeAt(last.seq()), nowBuilt);
            index.update("COMMIT");
            seq = last.seq();
            built = nowBuilt;
            return true;
        } catch (SQLException e) {
            try {
                index.execute("ROLLBACK");
            } catch (SQLException also) {
                // SQLite rolls back by itself after some failures.
                e.addSuppressed(also);
            }
            throw e;
        }
    }

    /** Indexes the present value of each entry's key once, and returns the last entry done. */
    private Entry indexed(List<Entry> entries) throws SQLException {
        Set<Long> done = new HashSet<>();
        Entry last = entries.getFirst();
        long chars = 0;
        for (Entry entry : entries) {
            if (chars > BATCH_CHARS) {
                break;
            }
            if (done.add(entry.k())) {
                chars += replace(entry.k());
            }
            last = entry;
        }
        return last;
    }

    private long replace(long k) throws SQLException {
        Optional<Text> found = text(k);
        index.update("DELETE FROM texts WHERE rowid = ?", k);
        if (found.isEmpty()) {
            return 0;
        }
        String key = found.get().key();
        String text = SearchText.of(found.get().stored().content);
        index.update("INSERT INTO texts (rowid, space, key, text) VALUES (?, ?, ?, ?)", k, key, key, text);
        return (long) key.length() + text.length();
    }

    /** The present value of a key; empty when there is none, or it is damaged: then it is found again once it is mended. */
    private Optional<Text> text(long k) throws SQLException {
        try {
            return memory.first(
                            "SELECT key, live, id, content FROM keys JOIN nodes USING (n) WHERE k = ?",
                            row -> new Text(
                                    row.getString(1),
                                    row.getInt(2) != 0,
                                    new Queries.Stored(NodeId.ofBytes(row.getBytes(3)), 0, row.getBytes(4))),
                            k)
                    .filter(text -> text.isLive() && text.stored().sound());
        } catch (SQLException e) {
            if (Sql.isDamage(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Tells whether the file's pages and the index in them are consistent. */
    boolean isSound() throws SQLException {
        try {
            return index.first("PRAGMA quick_check(1)", row -> row.getString(1)).equals(Optional.of("ok"));
        } catch (SQLException e) {
            if (Sql.isDamage(e)) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void close() throws SQLException {
        index.close();
        memory.close();
    }
}
