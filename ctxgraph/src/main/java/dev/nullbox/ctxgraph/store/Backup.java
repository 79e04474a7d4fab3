package dev.nullbox.ctxgraph.store;

import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.List;

/**
 * A copy of the whole database in one file, taken while it is in use, and the way back. A restore is put beside the
 * database and takes its place at the next start; what was there before stays as {@code memory.db.before-restore}.
 */
public final class Backup {
    private static final String PENDING = ".restore";
    private static final String BEFORE = ".before-restore";

    /** What SQLite keeps beside a database that is in use. */
    private static final List<String> LOG = List.of("-wal", "-shm");

    private Backup() {}

    /**
     * Copies one committed state, compacted, and syncs it; writers go on meanwhile.
     *
     * @return what is damaged in it, as {@link IntegrityCheck#problems} says
     */
    public static List<String> take(Path database, Path target) throws SQLException, IOException {
        try (Sql sql = Sql.open(database)) {
            sql.update("VACUUM INTO ?", target.toString());
        }
        List<String> damaged;
        try (Sql copy = Sql.open(target)) {
            damaged = IntegrityCheck.problems(copy, () -> false);
        }
        AtomicFile.sync(target);
        return damaged;
    }

    /**
     * Has a backup take the database's place at the next start.
     *
     * @param withDamage whether nodes and chunks may be damaged, as the service serves a store where some are
     * @return the damaged nodes and chunks
     * @throws RpcException INVALID_PARAMS, BACKUP when it is not a whole and sound one; DAMAGED when only nodes or chunks
     *     are damaged and that was not asked for
     */
    public static List<String> prepare(Path database, Path backup, boolean withDamage)
            throws IOException, RpcException {
        List<String> damaged;
        try (Sql sql = Sql.open(backup)) {
            long version = sql.number("PRAGMA user_version");
            if (version < Schema.OLDEST || version > Schema.VERSION) {
                throw new RpcException(
                        MemoryReason.BACKUP,
                        "transfer: is of version " + version + ", this program restores " + Schema.OLDEST + " to "
                                + Schema.VERSION,
                        TransferContract.TRANSFER.name());
            }
            damaged = IntegrityCheck.problems(sql, () -> false);
            requireUsable(damaged, withDamage);
            sql.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        } catch (SQLException e) {
            throw new RpcException(
                    MemoryReason.BACKUP,
                    "transfer: is no database: " + e.getMessage(),
                    TransferContract.TRANSFER.name());
        }
        Path pending = beside(database, PENDING);
        AtomicFile.sync(backup);
        Files.move(backup, pending, StandardCopyOption.ATOMIC_MOVE);
        AtomicFile.sync(directory(database));
        return damaged;
    }

    private static void requireUsable(List<String> problems, boolean withDamage) throws RpcException {
        for (String problem : problems) {
            if (!IntegrityCheck.isContent(problem)) {
                throw new RpcException(
                        MemoryReason.BACKUP,
                        "transfer: its tables are damaged: " + problem,
                        TransferContract.TRANSFER.name());
            }
        }
        if (!problems.isEmpty() && !withDamage) {
            throw new RpcException(
                    ErrorKind.INVALID_PARAMS,
                    MemoryReason.DAMAGED,
                    "transfer: of its nodes and chunks " + problems.size() + " are damaged, the first is "
                            + problems.getFirst() + "; with_damage takes it as it is",
                    MemoryContract.WITH_DAMAGE.name());
        }
    }

    /** Puts a restore that waits in the database's place; may be cut short anywhere and done again. */
    public static boolean apply(Path database) throws IOException {
        Path pending = beside(database, PENDING);
        if (!Files.exists(pending)) {
            return false;
        }
        if (Files.exists(database)) {
            // Left from an earlier restore, they would be taken for the log of the database that goes there now.
            for (String suffix : LOG) {
                Files.deleteIfExists(beside(database, BEFORE + suffix));
            }
            Files.move(database, beside(database, BEFORE), StandardCopyOption.REPLACE_EXISTING);
        }
        for (String suffix : LOG) {
            Path old = beside(database, suffix);
            if (Files.exists(old)) {
                Files.move(old, beside(database, BEFORE + suffix), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        AtomicFile.sync(directory(database));
        Files.move(pending, database, StandardCopyOption.ATOMIC_MOVE);
        AtomicFile.sync(directory(database));
        return true;
    }

    /**
     * Has the log of a restored database go on beyond the numbers that what it replaced had given out, so that none is used
     * twice; changes nothing where that was done. To be called at each start, because a restore may be cut short.
     */
    static void raise(Path database, Sql sql) throws SQLException {
        Path before = beside(database, BEFORE);
        if (!Files.exists(before)) {
            return;
        }
        long last;
        try (Sql old = Sql.open(before)) {
            last = Math.max(
                    old.number("SELECT max(seq) FROM log"),
                    old.number("PRAGMA user_version") < 3 ? 0 : old.number("SELECT max(seq) FROM floor"));
        } catch (SQLException e) {
            System.err.println("ctxgraph: " + before + " cannot be read, so that numbers of writes that it had may come"
                    + " again: " + e.getMessage());
            return;
        }
        sql.update(
                "INSERT INTO floor (seq) SELECT ? WHERE ? > max((SELECT coalesce(max(seq), 0) FROM log),"
                        + " (SELECT coalesce(max(seq), 0) FROM floor))",
                last + 1,
                last + 1);
    }

    private static Path directory(Path database) {
        Path parent = database.toAbsolutePath().getParent();
        return parent == null ? database : parent;
    }

    private static Path beside(Path database, String suffix) {
        return database.resolveSibling(database.getFileName() + suffix);
    }
}
