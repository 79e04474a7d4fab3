package dev.nullbox.ctxgraph.api;

import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Source;
import dev.nullbox.ctxgraph.store.Backup;
import dev.nullbox.ctxgraph.store.Committer;
import dev.nullbox.ctxgraph.store.Exports;
import dev.nullbox.ctxgraph.store.Imports;
import dev.nullbox.ctxgraph.store.IntegrityCheck;
import dev.nullbox.ctxgraph.store.Quarantines;
import dev.nullbox.ctxgraph.store.Rewind;
import dev.nullbox.ctxgraph.store.SqliteMemory;
import dev.nullbox.ctxgraph.store.Trace;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryEvents;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.service.Directory;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.FileTransfers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Methods of {@link MemoryContract} for operators alone. */
public final class OperatorMethods {
    private static final List<String> FILES = List.of("t1", "t2", "t3", "t4");

    private final SqliteMemory memory;
    private final Path database;
    private final Path files;
    private final FileTransfers transfers;
    private final IntegrityCheck check;
    private final EventSink events;
    private final Runnable restart;

    /**
     * Methods over one store.
     *
     * @param files directory of files that only operators get; emptied here
     * @param restart ends the process in order, to be started anew; returns at once
     */
    public OperatorMethods(
            SqliteMemory memory, Path database, Path files, IntegrityCheck check, EventSink events, Runnable restart)
            throws IOException {
        this.memory = memory;
        this.database = database;
        this.files = Files.createDirectories(files);
        // SQLite's companion files too: it would take a stale one for the log of a new database of the same name.
        try (Stream<Path> left = Files.list(files)) {
            for (Path file : left.toList()) {
                Files.delete(file);
            }
        }
        this.transfers = new FileTransfers(Directory.at(files), FILES, Long.MAX_VALUE, System::nanoTime);
        this.check = check;
        this.events = events;
        this.restart = restart;
    }

    /** Methods for the socket. */
    public List<RpcMethod> all() {
        return List.of(
                of(MemoryContract.TRACE, this::trace),
                of(MemoryContract.QUARANTINE_PUT, this::quarantine),
                of(MemoryContract.QUARANTINE_LIST, _ -> quarantines()),
                of(MemoryContract.RELEASE, this::release),
                of(MemoryContract.REWIND, this::rewind),
                of(MemoryContract.STATUS, _ -> status()),
                of(MemoryContract.BACKUP, _ -> backup()),
                of(MemoryContract.EXPORT, this::export),
                of(MemoryContract.TRANSFER.read(), transfers::read),
                of(MemoryContract.TRANSFER.write(), transfers::write),
                of(MemoryContract.TRANSFER.drop(), transfers::drop),
                of(MemoryContract.IMPORT, this::importFile),
                of(MemoryContract.RESTORE, this::restore));
    }

    @FunctionalInterface
    private interface Operation {
        Message run(Message request) throws RpcException, IOException, SQLException;
    }

    private static RpcMethod of(Method<Message> method, Operation operation) {
        return RpcMethod.of(method, (_, request) -> {
            try {
                return operation.run(request);
            } catch (IOException e) {
                throw new RpcException(MemoryReason.STORE, "the disk failed: " + e.getMessage());
            } catch (SQLException e) {
                throw Committer.unavailable(e);
            }
        });
    }

    private Message trace(Message request) throws RpcException {
        NodeId id = MemoryMethods.id(request);
        boolean isBack = request.get(MemoryContract.DIRECTION).equals(MemoryContract.ANCESTORS);
        return memory.readers().read(sql -> Trace.of(sql, id, isBack, request.getInt(MemoryContract.MAX)));
    }

    private Message quarantine(Message request) throws RpcException {
        String name = request.get(MemoryContract.INFLUENCED_BY);
        Source source = MemoryMethods.parse(name, Source::parse, MemoryContract.INFLUENCED_BY.name());
        Quarantines.Held held = memory.committer()
                .change(writes -> Quarantines.put(writes, source, request.get(MemoryContract.REASON)));
        Message result =
                Message.of(MemoryContract.QUARANTINE.is(held.quarantine()), MemoryContract.NODE_COUNT.is(held.nodes()));
        events.emit(MemoryEvents.QUARANTINED, result.and(MemoryContract.INFLUENCED_BY.is(name)));
        return result;
    }

    private Message quarantines() throws RpcException {
        return memory.readers()
                .read(sql -> Message.of(MemoryContract.QUARANTINES.is(sql.all(
                        "SELECT q, source, reason, seq, (SELECT count(*) FROM quarantined WHERE quarantined.q ="
                                + " quarantines.q) FROM quarantines ORDER BY q LIMIT 1000",
                        row -> Message.of(
                                MemoryContract.QUARANTINE.is(row.getLong(1)),
                                MemoryContract.INFLUENCED_BY.is(row.getString(2)),
                                Fields.REASON.is(row.getString(3)),
                                Fields.SEQ.is(row.getLong(4)),
                                MemoryContract.NODE_COUNT.is(row.getLong(5)))))));
    }

    private Message release(Message request) throws RpcException {
        long quarantine = request.get(MemoryContract.QUARANTINE);
        long nodes = memory.committer().change(writes -> Quarantines.release(writes, quarantine));
        Message result = Message.of(MemoryContract.NODE_COUNT.is(nodes));
        events.emit(MemoryEvents.RELEASED, result.and(MemoryContract.QUARANTINE.is(quarantine)));
        return result;
    }

    private Message rewind(Message request) throws RpcException {
        MemoryKey key = MemoryMethods.parse(request.get(MemoryContract.KEY), MemoryKey::new, MemoryContract.KEY.name());
        long to = request.get(MemoryContract.TO);
        Memory.Written written = memory.committer().change(writes -> Rewind.apply(writes, key, to));
        Message result = MemoryMethods.written(written);
        events.emit(MemoryEvents.REWOUND, result.and(MemoryContract.KEY.is(key.text()), MemoryContract.TO.is(to)));
        return result;
    }

    private Message status() throws RpcException {
        return memory.readers().read(sql -> {
            Map<String, Long> usage = new LinkedHashMap<>();
            sql.each(
                    "SELECT name, bytes FROM agents ORDER BY name LIMIT 1000",
                    row -> usage.put(row.getString(1), row.getLong(2)) == null);
            // Nodes and keys are never removed, so that the last number is how many there are.
            return Message.of(
                    MemoryContract.NODE_COUNT.is(sql.number("SELECT max(n) FROM nodes")),
                    MemoryContract.KEYS.is(sql.number("SELECT max(k) FROM keys")),
                    Fields.SEQ.is(sql.number("SELECT max(seq) FROM log")),
                    Fields.BYTES.is(sql.number("PRAGMA page_count") * sql.number("PRAGMA page_size")),
                    MemoryContract.USAGE.is(usage),
                    MemoryContract.CHECK.is(check.done() ? MemoryContract.CHECK_DONE : MemoryContract.CHECK_RUNNING),
                    MemoryContract.DAMAGED.is(check.found()));
        });
    }

    private Message backup() throws IOException, SQLException, RpcException {
        FileTransfers.Made<List<String>> made = transfers.make(name -> Backup.take(database, files.resolve(name)));
        return made.file().and(MemoryContract.DAMAGED.is(made.result()));
    }

    private Message export(Message request) throws IOException, SQLException, RpcException {
        List<NodeId> ids = MemoryMethods.ids(request, MemoryContract.IDS);
        String prefix = request.get(MemoryContract.PREFIX);
        FileTransfers.Made<Exports.Counts> made =
                transfers.make(name -> Exports.write(database, files.resolve(name), prefix, ids));
        return made.file()
                .and(
                        MemoryContract.NODE_COUNT.is(made.result().nodes()),
                        MemoryContract.HELD.is(made.result().quarantined()));
    }

    private Message importFile(Message request) throws IOException, RpcException {
        Imports.Result taken = transfers.take(
                request.get(TransferContract.TRANSFER),
                Optional.empty(),
                name -> Imports.read(memory.committer(), files.resolve(name)));
        Message result =
                Message.of(MemoryContract.NODE_COUNT.is(taken.nodes()), MemoryContract.ENTRY_COUNT.is(taken.entries()));
        events.emit(MemoryEvents.IMPORTED, result);
        return result.and(MemoryContract.CHUNK_COUNT.is(taken.chunks()));
    }

    private Message restore(Message request) throws IOException, RpcException {
        Value<String> sha256 = TransferContract.SHA256.is(request.get(TransferContract.SHA256));
        List<String> damaged = transfers.take(
                request.get(TransferContract.TRANSFER),
                Optional.of(sha256.value()),
                name -> Backup.prepare(database, files.resolve(name), request.get(MemoryContract.WITH_DAMAGE)));
        events.emit(MemoryEvents.RESTORING, sha256);
        restart.run();
        return Message.of(MemoryContract.RESTARTING.is(true), MemoryContract.DAMAGED.is(damaged));
    }
}
