package dev.nullbox.ctxgraph.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;

/** Connection to the database with its prepared statements; for one thread at a time. */
public final class Sql implements AutoCloseable {
    private static final int BUSY_MS = 10_000;

    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    /** Reads one row. */
    @FunctionalInterface
    public interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Takes rows one by one until it has enough. */
    @FunctionalInterface
    public interface Visitor {
        boolean more(ResultSet row) throws SQLException;
    }

    private Sql(Connection connection) {
        this.connection = connection;
    }

    /**
     * Opens the file, created when absent: WAL, synchronous=FULL, so that a commit that returned survives a power cut.
     *
     * @throws SQLException when it is no database
     */
    public static Sql open(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(BUSY_MS);
        // Otherwise the driver asks for the last row's number after each INSERT, by a statement made for it.
        config.setGetGeneratedKeys(false);
        return new Sql(config.createConnection("jdbc:sqlite:" + file));
    }

    /** An in-memory database. */
    static Sql inMemory() throws SQLException {
        return new Sql(new SQLiteConfig().createConnection("jdbc:sqlite::memory:"));
    }

    /** Tells whether the failure says that the file's content is invalid. */
    static boolean isDamage(SQLException e) {
        int code = e.getErrorCode() & 0xff;
        return code == SQLiteErrorCode.SQLITE_CORRUPT.code || code == SQLiteErrorCode.SQLITE_NOTADB.code;
    }

    /** Runs a statement without result; not prepared. */
    public void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Runs a change and returns the number of rows that it affected. */
    public int update(String sql, Object... arguments) throws SQLException {
        try {
            return bind(sql, arguments).executeUpdate();
        } catch (SQLException e) {
            throw forgotten(sql, e);
        }
    }

    /** The first row, if any. */
    public <T> Optional<T> first(String sql, Row<T> reader, Object... arguments) throws SQLException {
        try (ResultSet row = bind(sql, arguments).executeQuery()) {
            return row.next() ? Optional.of(reader.read(row)) : Optional.empty();
        } catch (SQLException e) {
            throw forgotten(sql, e);
        }
    }

    /** All rows; for statements that bound their number. */
    public <T> List<T> all(String sql, Row<T> reader, Object... arguments) throws SQLException {
        List<T> rows = new ArrayList<>();
        each(sql, row -> rows.add(reader.read(row)), arguments);
        return rows;
    }

    /** Passes row after row to the visitor while it wants more. */
    public void each(String sql, Visitor visitor, Object... arguments) throws SQLException {
        try (ResultSet row = bind(sql, arguments).executeQuery()) {
            boolean more = true;
            while (more && row.next()) {
                more = visitor.more(row);
            }
        } catch (SQLException e) {
            throw forgotten(sql, e);
        }
    }

    /** The first column of the only row. */
    public long number(String sql, Object... arguments) throws SQLException {
        return first(sql, row -> row.getLong(1), arguments).orElse(0L);
    }

    /**
     * Drops the prepared statement, which the driver has closed after its failure: the next one of its text is prepared
     * anew.
     */
    private SQLException forgotten(String sql, SQLException failure) {
        PreparedStatement failed = statements.remove(sql);
        if (failed != null) {
            try {
                failed.close();
            } catch (SQLException e) {
                failure.addSuppressed(e);
            }
        }
        return failure;
    }

    private PreparedStatement bind(String sql, Object... arguments) throws SQLException {
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
        }
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case String text -> statement.setString(i + 1, text);
                case byte[] bytes -> statement.setBytes(i + 1, bytes);
                case Long number -> statement.setLong(i + 1, number);
                case Integer number -> statement.setInt(i + 1, number);
                default -> throw new IllegalArgumentException("no SQL for " + arguments[i].getClass());
            }
        }
        return statement;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
