package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.admission.RequestScheduler;
import dev.nullbox.ctxgraph.memory.Blob;
import dev.nullbox.ctxgraph.memory.CommitPosition;
import dev.nullbox.ctxgraph.memory.HeapCost;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.Node;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.ctxgraph.memory.Query;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** {@link Memory} in one SQLite file, with a full-text index in another: one connection writes, several read. */
public final class SqliteMemory implements Memory {
    private static final int LEAST_READERS = 3;
    private static final int MOST_READERS = 16;

    /** The longest encoding of a node that is read and answered by a thread which serves others too. */
    private static final int QUICK_BYTES = 8 << 10;

    /**
     * Connections for searches and for taint queries, which take longer: reads of one value do not wait behind them.
     * One agent uses one of them at most.
     */
    private static final int SLOW_READERS = 2;

    /**
     * Pages in the write-ahead log, of 4 KiB each, after which the commit that wrote the last one moves all into the
     * database: so rarely that less than one write in a hundred waits for it.
     */
    private static final int CHECKPOINT_PAGES = 4_000;

    /** Approximate heap cost of the entries of a page. */
    private static final long PAGE_COST = 4 << 20;

    private static final long CHUNK_COPIES = 8;

    /**
     * Delay of a refusal: leaves an agent beyond its quota some forty refusals a second, by all threads of its
     * listener.
     */
    private static final Duration PAUSE = Duration.ofMillis(100);

    /** Longest wait of an agent's request for its permit. */
    private static final Duration QUEUE_TIMEOUT = Duration.ofSeconds(10);

    private final Sql writer;
    private final Committer committer;
    private final ReadPool readers;
    private final ReadPool slowReaders;

    /** Connections for watches, which read a little at every commit. */
    private final ReadPool watchers;

    private final Search search;
    private final TextIndexer texts;
    private final ReadLog readLog;
    private final WritePipeline agentWrites;
    private final CommitPosition end = new CommitPosition();
    private final RequestScheduler scheduler = new RequestScheduler(QUEUE_TIMEOUT, PAUSE);

    private SqliteMemory(Path file, Sql writer, LongSupplier nanoClock) throws SQLException {
        this.writer = writer;
        this.readers = ReadPool.open(file, readerCount());
        this.slowReaders = ReadPool.open(file, SLOW_READERS);
        this.watchers = ReadPool.open(file, 1);
        this.search = Search.open();
        WriteTransaction writes = WriteTransaction.open(writer);
        end.moveTo(writes.lastSeq());
        this.texts = TextIndexer.start(file, end);
        this.committer = Committer.start(writes, this::committed);
        this.agentWrites = new WritePipeline(committer, scheduler, nanoClock);
        this.readLog = new ReadLog(committer);
    }

    /**
     * Opens the file, created when absent.
     *
     * @throws SQLException when it is no database, is damaged, or is of a newer version
     */
    public static SqliteMemory open(Path file, LongSupplier nanoClock) throws SQLException {
        try {
            return opened(file, nanoClock);
        } catch (SQLException e) {
            if (!Sql.isDamage(e)) {
                throw e;
            }
            throw new SQLException(
                    "it is damaged so that it cannot be opened, only replaced by a backup: " + e.getMessage(), e);
        }
    }

    private static SqliteMemory opened(Path file, LongSupplier nanoClock) throws SQLException {
        Sql writer = Sql.open(file);
        try {
            writer.execute("PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
            Schema.migrate(writer);
            Backup.raise(file, writer);
            Blobs.dropStaged(writer);
            return new SqliteMemory(file, writer, nanoClock);
        } catch (SQLException e) {
            writer.close();
            throw e;
        }
    }

    /** One for each processor, so that none waits for another. */
    private static int readerCount() {
        return Math.clamp(Runtime.getRuntime().availableProcessors(), LEAST_READERS, MOST_READERS);
    }

    private void committed(long seq) {
        end.moveTo(seq);
        texts.committed();
    }

    /** The commits, for changes that agents cannot request. */
    public Committer committer() {
        return committer;
    }

    public ReadPool readers() {
        return readers;
    }

    /** Scheduler of requests that are limited in heap; reads within a permit are charged to it. */
    public RequestScheduler scheduler() {
        return scheduler;
    }

    /**
     * Records contacts of a run. Each is queued when this returns, and is therefore in the tables before anything that the
     * run writes after it.
     */
    public void contacted(Principal principal, List<String> contacts) throws RpcException {
        long position = end.get();
        for (String contact : contacts) {
            committer.submit(writes -> writes.contact(principal, contact, position));
        }
    }

    @Override
    public List<Written> write(Principal principal, List<Put> puts) throws RpcException {
        return agentWrites.write(principal, puts);
    }

    /** Stages a chunk of at most {@link Blob#MAX_CHUNK_BYTES} for a blob of this principal. */
    public NodeId putChunk(Principal principal, byte[] data) throws RpcException {
        return agentWrites.stage(principal, data);
    }

    /** The blob made of chunks that this principal has staged. */
    public Blob blob(Principal principal, List<NodeId> chunks, String type) throws RpcException {
        return readers.read(sql -> Blobs.of(sql, principal.agent(), chunks, type));
    }

    /** The blob of a node that the principal may read; NOT_FOUND otherwise. */
    public Blob blob(Principal principal, NodeId id) throws RpcException {
        return node(principal, id)
                .map(Entry::node)
                .filter(found -> found.kind() == Node.Kind.BLOB)
                .map(found -> Blob.parse(found.value()))
                .orElseThrow(() ->
                        new RpcException(MemoryReason.NOT_FOUND, "there is no such blob", MemoryContract.ID.name()));
    }

    /** The bytes of one chunk of a blob that the principal may read; NOT_FOUND otherwise. */
    public byte[] chunk(Principal principal, NodeId id, int index) throws RpcException {
        if (blob(principal, id).chunks().size() <= index) {
            throw new RpcException(
                    MemoryReason.NOT_FOUND, "the blob has no chunk " + index, MemoryContract.INDEX.name());
        }
        byte[] chunk = readers.read(sql -> Blobs.chunk(sql, id, index));
        // Base 64, counted as tree and as text of the answer.
        scheduler.charge(CHUNK_COPIES * chunk.length);
        return chunk;
    }

    @Override
    public Optional<Entry> get(Principal principal, MemoryKey key) throws RpcException {
        principal.requireRead(key);
        Optional<Entry> entry = read(principal, sql -> {
            Optional<Queries.Stored> stored = Queries.stored(sql, key);
            return stored.isPresent() ? Optional.of(shown(sql, stored.get(), principal)) : Optional.<Entry>empty();
        });
        return noted(principal, entry);
    }

    /**
     * As {@link #get} for an operator, but never waits for another thread: empty when it would have to, and also for
     * what is absent, quarantined or large.
     */
    public Optional<Entry> tryGet(Principal principal, MemoryKey key) throws RpcException {
        return quick(principal, sql -> Queries.stored(sql, key));
    }

    /** As {@link #node} for an operator, under the conditions of {@link #tryGet}. */
    public Optional<Entry> tryNode(Principal principal, NodeId id) throws RpcException {
        return quick(principal, sql -> Queries.stored(sql, id));
    }

    private Optional<Entry> quick(Principal principal, ReadPool.Reading<Optional<Queries.Stored>> reading)
            throws RpcException {
        if (!isQuick(principal)) {
            return Optional.empty();
        }
        Optional<Queries.Stored> stored = readers.tryRead(reading).flatMap(found -> found);
        return stored.isPresent() && !stored.get().quarantined && stored.get().content.length <= QUICK_BYTES
                ? Optional.of(stored.get().checked())
                : Optional.empty();
    }

    /** Operators may read everything, and their reads are not recorded. */
    private static boolean isQuick(Principal principal) {
        return principal.agent().equals(Principal.OPERATOR)
                && principal.excluded().isEmpty();
    }

    @Override
    public Optional<Entry> node(Principal principal, NodeId id) throws RpcException {
        Optional<Entry> entry = read(principal, sql -> {
            // The right to read the key is checked first: without it the node does not exist for the caller,
            // quarantined, damaged or not.
            Optional<Queries.Keyed> found = Queries.keyed(sql, id);
            if (found.isEmpty()
                    || (found.get().key().isPresent()
                            ? !principal.mayRead(found.get().key().get())
                            : !principal.agent().equals(Principal.OPERATOR))) {
                return Optional.<Entry>empty();
            }
            return Optional.of(shown(sql, found.get().stored(), principal));
        });
        return noted(principal, entry);
    }

    /** Runs a read; a taint query, which visits more than a few rows, on the slow connections. */
    private <T> T read(Principal principal, ReadPool.Reading<T> reading) throws RpcException {
        return principal.excluded().isEmpty() ? readers.read(reading) : slowly(principal, reading);
    }

    private <T> T slowly(Principal principal, ReadPool.Reading<T> reading) throws RpcException {
        return scheduler.slowly(principal.agent(), () -> {
            if (!principal.excluded().isEmpty()) {
                scheduler.charge(Influence.HEAP_COST);
            }
            return slowReaders.read(reading);
        });
    }

    /** The node, unless it is held back from the principal. */
    private Entry shown(Sql sql, Queries.Stored stored, Principal principal) throws SQLException, RpcException {
        if (stored.quarantined) {
            Quarantines.refuse(sql, stored.id);
        }
        Influence.refuse(sql, stored.id, principal.excluded());
        return checked(stored);
    }

    private Entry checked(Queries.Stored stored) throws RpcException {
        scheduler.charge(HeapCost.of(stored.content));
        return stored.checked();
    }

    private Optional<Entry> noted(Principal principal, Optional<Entry> entry) throws RpcException {
        if (entry.isPresent()) {
            readLog.note(principal, entry.get().id(), end.get());
        }
        return entry;
    }

    @Override
    public Optional<Head> head(Principal principal, MemoryKey key) throws RpcException {
        principal.requireRead(key);
        return readers.read(sql -> Queries.head(sql, key));
    }

    @Override
    public Page<Head> history(Principal principal, MemoryKey key, long before, int max) throws RpcException {
        principal.requireRead(key);
        List<Head> found = readers.read(sql -> Queries.history(sql, key, before, max + 1));
        boolean more = found.size() > max;
        List<Head> page = more ? found.subList(0, max) : found;
        return new Page<>(page, more ? Optional.of(Long.toString(page.getLast().seq())) : Optional.empty());
    }

    @Override
    public Page<Head> list(Principal principal, String prefix, String after, int max) throws RpcException {
        List<KeyRanges.Range> ranges = KeyRanges.of(principal, prefix);
        return read(principal, sql -> {
            List<Head> found = Queries.list(sql, ranges, after, max + 1);
            boolean more = found.size() > max;
            List<Head> page = new ArrayList<>(more ? found.subList(0, max) : found);
            Optional<String> next = more ? Optional.of(page.getLast().key().text()) : Optional.empty();
            if (!principal.excluded().isEmpty()) {
                Influence influence = Influence.of(principal.excluded());
                List<Head> free = new ArrayList<>();
                for (Head head : page) {
                    if (!influence.on(sql, head.id())) {
                        free.add(head);
                    }
                }
                page = free;
            }
            return new Page<>(page, next);
        });
    }

    @Override
    public Page<Entry> entries(Principal principal, String prefix, String after, int max) throws RpcException {
        Page<Head> heads = list(principal, prefix, after, max);
        List<Entry> entries = new ArrayList<>();
        long cost = 0;
        for (Head head : heads.items()) {
            if (cost > PAGE_COST) {
                return new Page<>(
                        entries, Optional.of(entries.getLast().node().key().text()));
            }
            Optional<Queries.Stored> stored =
                    head.quarantined() ? Optional.empty() : readers.read(sql -> Queries.stored(sql, head.id()));
            if (stored.isPresent() && stored.get().sound()) {
                cost += HeapCost.of(stored.get().content);
                Entry entry = checked(stored.get());
                entries.add(new Entry(entry.id(), head.seq(), entry.node()));
                readLog.note(principal, head.id(), end.get());
            }
        }
        return new Page<>(entries, heads.next());
    }

    @Override
    public List<Hit> search(Principal principal, Query query) throws RpcException {
        boolean isText = !query.text().isEmpty();
        if (isText) {
            texts.await();
        }
        List<Hit> hits = slowly(principal, sql -> {
            if (isText) {
                texts.attach(sql);
            }
            Influence influence = Influence.of(principal.excluded());
            try {
                return search.find(
                        sql, principal, query, (at, id) -> !Queries.quarantined(at, id) && !influence.on(at, id));
            } catch (SQLException e) {
                if (Sql.isDamage(e)) {
                    texts.recheck();
                }
                throw e;
            }
        });
        for (Hit hit : hits) {
            readLog.note(principal, hit.id(), end.get());
        }
        return hits;
    }

    @Override
    public Watch watch(Principal principal, String prefix, long after) throws RpcException {
        return new LogWatch(watchers, end, principal, prefix, after);
    }

    /** Ends all watches, commits what waits, moves the write-ahead log into the file and closes it. */
    @Override
    public void close() throws RpcException {
        end.close();
        committer.close();
        texts.close();
        try {
            readers.close();
            slowReaders.close();
            watchers.close();
            search.close();
            writer.execute("PRAGMA wal_checkpoint(TRUNCATE)");
            writer.close();
        } catch (SQLException e) {
            throw Committer.unavailable(e);
        }
    }
}
