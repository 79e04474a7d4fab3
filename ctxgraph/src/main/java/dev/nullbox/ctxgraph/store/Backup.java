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
 * Backup of the whole database in one file, taken while it is in use, and its restore. A restored database is put
 * beside the present one and replaces it at the next start; the one before stays as {@code memory.db.before-restore}.
 * The full-text index is in no backup and is built anew.
 */
public final class Backup {
    private static final String PENDING = ".restore";
    private static final String BEFORE = ".before-restore";

    /** Suffixes of SQLite's companion files of a database in use. */
    private static final List<String> LOG = List.of("-wal", "-shm");

    private Backup() {}

    /**
     * Copies one committed state, compacted, and syncs it; writers are not held up.
     *
     * @return the damage in it, as {@link IntegrityCheck#problems} says
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
     * Has a backup replace the database at the next start.
     *
     * @param withDamage whether damaged nodes and chunks are accepted, as the service serves a store that has some
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

    /** Replaces the database by a prepared restore, if there is one; may be interrupted at any step and repeated. */
    public static boolean apply(Path database) throws IOException {
        Path pending = beside(database, PENDING);
        if (!Files.exists(pending)) {
            return false;
        }
        if (Files.exists(database)) {
            // Left from an earlier restore, they would be taken for the log of the new database.
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
        TextIndex.delete(database);
        AtomicFile.sync(directory(database));
        Files.move(pending, database, StandardCopyOption.ATOMIC_MOVE);
        AtomicFile.sync(directory(database));
        return true;
    }

    /**
     * Raises the numbers of a restored database beyond those that the replaced one had given out, so that none is used
     * twice; idempotent. To be called at each start, because a restore may be interrupted.
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
            System.err.println(
                    "ctxgraph: " + before + " cannot be read, so that sequence numbers of its writes may be given"
                            + " out again: " + e.getMessage());
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
