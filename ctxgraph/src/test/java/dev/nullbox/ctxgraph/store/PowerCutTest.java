package dev.nullbox.ctxgraph.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonPrimitive;
import dev.nullbox.ctxgraph.memory.Blob;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.Node;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.ctxgraph.memory.Query;
import dev.nullbox.ctxgraph.memory.Source;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing that was acknowledged is lost by a cut at any call that reaches the disk. A real process is recorded by a
 * library put before its own (record.c): every write, truncation, sync and renaming of its files, and every
 * acknowledgement, in their order. Then, after each single call, the disk is laid out as a kill and as a power cut
 * would leave it, and opened.
 */
@Timeout(600)
class PowerCutTest {
    private static final long SEED = Long.getLong("nullbox.test.seed", 0);
    private static final int PAIRS = 8;
    private static final String ADA = "ada";
    private static final String BOB = "bob";
    private static final MemoryKey FILM = new MemoryKey("ada/film");
    private static final MemoryKey RESTORED = new MemoryKey("ada/restored");
    private static final byte[] CHUNK = "a chunk of a film".getBytes(StandardCharsets.US_ASCII);

    /** What a writer acknowledges, one letter each. */
    private static final char PAIR = '.';

    private static final char BLOB = 'b';
    private static final char DELETED = 'd';
    private static final char HELD = 'q';
    private static final char PREPARED = 'p';

    @TempDir
    Path directory;

    private Path disk;

    @BeforeEach
    void aDisk() throws IOException {
        disk = Files.createDirectory(directory.resolve("disk"));
    }

    @Test
    void losesNothingAcknowledgedByACutAtAnyCall() throws Exception {
        DiskLog log = DiskLog.read(recorded(Writer.class));
        Random random = new Random(SEED + 20_261_126);
        for (int i = 0; i < log.size(); i++) {
            log.advance();
            log.writeAll(disk);
            verify(log, "killed after call " + i);
            log.writeCut(disk, random);
            verify(log, "power cut after call " + i);
        }
        // The recording is whole, and the checks above were not of empty disks.
        assertThat(acknowledged(log, ADA)).contains("" + BLOB, "" + DELETED, "" + HELD);
        for (String who : List.of(ADA, BOB)) {
            assertThat(count(log, who, PAIR)).as(who).isEqualTo(PAIRS);
        }
        assertThat(log.size()).isGreaterThan(10 * PAIRS);
    }

    /** The twin that must fail: a disk that lies about what it synced loses what was acknowledged. */
    @Test
    void noticesADiskThatLiesAboutItsSyncs() throws Exception {
        DiskLog log = DiskLog.readForADiskThatLies(recorded(Writer.class));
        for (int i = 0; i < log.size(); i++) {
            log.advance();
        }
        Random random = new Random(1);
        for (int layout = 0; layout < 5; layout++) {
            log.writeCut(disk, random);
            assertThatThrownBy(() -> verify(log, "a lying disk")).isNotNull();
        }
    }

    @Test
    void aRestoreTakesPlaceWholeOrNotYet() throws Exception {
        DiskLog log = DiskLog.read(recorded(Restorer.class));
        Random random = new Random(SEED + 20_261_127);
        int before = 0;
        for (int i = 0; i < log.size(); i++) {
            log.advance();
            String acks = acknowledged(log, ADA);
            if (!acks.isEmpty()) {
                log.writeAll(disk);
                String killed = restored();
                log.writeCut(disk, random);
                String cut = restored();
                if (acks.indexOf(PREPARED) >= 0) {
                    assertThat(List.of(killed, cut)).as("after call " + i).containsOnly("new");
                } else {
                    assertThat(List.of(killed, cut)).as("after call " + i).isSubsetOf("old", "new");
                    before++;
                }
            }
        }
        assertThat(before).as("calls before the restore was acknowledged").isGreaterThan(3);
        assertThat(acknowledged(log, ADA)).isEqualTo("" + PAIR + PREPARED + PAIR);
    }

    @Test
    void aSecondRestoreLeavesNoLogOfTheFirstBesideWhatItReplaces() throws Exception {
        Path database = disk.resolve("memory.db");
        Restorer.write(database, "old");
        Files.copy(database, disk.resolve("memory.db.restore"));
        Files.writeString(disk.resolve("memory.db.before-restore-wal"), "of the first");
        assertThat(Backup.apply(database)).isTrue();
        assertThat(disk.resolve("memory.db.before-restore")).exists();
        assertThat(disk.resolve("memory.db.before-restore-wal")).doesNotExist();
    }

    private static String acknowledged(DiskLog log, String who) {
        return new String(log.all("acks-" + who), StandardCharsets.US_ASCII);
    }

    private static int count(DiskLog log, String who, char what) {
        return (int) acknowledged(log, who).chars().filter(c -> c == what).count();
    }

    private void verify(DiskLog log, String when) throws Exception {
        try (SqliteMemory memory = SqliteMemory.open(disk.resolve("memory.db"), System::nanoTime)) {
            for (String who : List.of(ADA, BOB)) {
                pairs(memory, log, who, when);
            }
            String acks = acknowledged(log, ADA);
            if (acks.indexOf(BLOB) >= 0) {
                NodeId film =
                        memory.get(Principal.operator(), FILM).orElseThrow().id();
                assertThat(memory.chunk(Principal.operator(), film, 0)).as(when).isEqualTo(CHUNK);
            }
            List<String> problems = memory.readers().read(sql -> IntegrityCheck.problems(sql, () -> false));
            assertThat(problems).as(when).isEmpty();
        } finally {
            clear();
        }
    }

    /** Both keys of a pair are there or neither, in their order; ada's first is deleted and her second quarantined. */
    private static void pairs(SqliteMemory memory, DiskLog log, String who, String when) throws Exception {
        int acknowledged = count(log, who, PAIR);
        List<Memory.Head> history = memory.history(Principal.operator(), same(who), Long.MAX_VALUE, 100)
                .items();
        assertThat(history.size()).as(when + ", " + who).isBetween(acknowledged, acknowledged + 1);
        int there = 0;
        for (int i = 0; i < history.size(); i++) {
            there += isThere(memory, log, who, i, when) ? 1 : 0;
        }
        assertThat(memory.list(Principal.operator(), who + "/k", "", 100).items())
                .as(when)
                .hasSize(there);
        if (acknowledged > 0) {
            Query nearest = new Query("", List.of(1f, (float) PAIRS), who + "/k", PAIRS);
            assertThat(memory.search(Principal.operator(), nearest)).as(when).isNotEmpty();
        }
    }

    private static boolean isThere(SqliteMemory memory, DiskLog log, String who, int i, String when) throws Exception {
        String acks = acknowledged(log, who);
        try {
            Optional<Memory.Entry> entry = memory.get(Principal.operator(), key(who, i));
            if (who.equals(ADA) && i == 0) {
                assertThat(entry.isPresent() && acks.indexOf(DELETED) >= 0)
                        .as(when + ": what was deleted is there")
                        .isFalse();
                return entry.isPresent();
            }
            assertThat(entry).as(when + ", pair " + i).isPresent();
            assertThat(who.equals(ADA) && i == 1 && acks.indexOf(HELD) >= 0)
                    .as(when + ": what was quarantined is shown")
                    .isFalse();
            return true;
        } catch (RpcException e) {
            assertThat(e.detail()).as(when).isEqualTo("QUARANTINED");
            assertThat(who + i).as(when).isEqualTo(ADA + 1);
            return true;
        }
    }

    /** State that a start finds, after it has applied a restore that waits. */
    private String restored() throws Exception {
        try {
            Path database = disk.resolve("memory.db");
            Backup.apply(database);
            try (SqliteMemory memory = SqliteMemory.open(database, System::nanoTime)) {
                return memory.get(Principal.operator(), RESTORED)
                        .map(entry -> entry.node().value().getAsString())
                        .orElse("nothing");
            }
        } finally {
            clear();
        }
    }

    private void clear() throws IOException {
        try (Stream<Path> files = Files.list(disk)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    private static MemoryKey key(String who, int i) {
        return new MemoryKey(who + "/k" + i);
    }

    private static MemoryKey same(String who) {
        return new MemoryKey(who + "/same");
    }

    private Path recorded(Class<?> program) throws IOException, InterruptedException {
        Path library = directory.resolve("record.so");
        run(new ProcessBuilder("cc", "-O1", "-shared", "-fPIC", "-o", library.toString(), "src/test/c/record.c"));
        Path data = Files.createDirectory(directory.resolve("data"));
        Path log = directory.resolve("log");
        List<String> options =
                List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dorg.sqlite.tmpdir=" + directory);
        ProcessBuilder writer = new ProcessBuilder(TestJvm.command(options, program, data.toString()));
        writer.environment().put("LD_PRELOAD", library.toString());
        writer.environment().put("RECORD_DIR", data.toString());
        writer.environment().put("RECORD_LOG", log.toString());
        run(writer);
        return log;
    }

    private static void run(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.inheritIO().start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS))
                .as("it ends: " + builder.command())
                .isTrue();
        assertThat(process.exitValue()).as(builder.command().toString()).isZero();
    }

    /**
     * Two agents who write pairs of keys at the same time, one of them a blob too, a tombstone, and a quarantine; each
     * says in a file of its own what has been acknowledged. Midway the log is moved into the database.
     */
    static final class Writer {
        private final SqliteMemory memory;
        private final String who;
        private final OutputStream acks;

        private Writer(SqliteMemory memory, String who, OutputStream acks) {
            this.memory = memory;
            this.who = who;
            this.acks = acks;
        }

        public static void main(String[] arguments) throws Exception {
            Path data = Path.of(arguments[0]);
            try (SqliteMemory memory = SqliteMemory.open(data.resolve("memory.db"), System::nanoTime);
                    OutputStream ada = Files.newOutputStream(data.resolve("acks-" + ADA));
                    OutputStream bob = Files.newOutputStream(data.resolve("acks-" + BOB));
                    ExecutorService threads = Executors.newFixedThreadPool(2)) {
                List<Future<Boolean>> both = List.of(
                        threads.submit(() -> new Writer(memory, ADA, ada).run()),
                        threads.submit(() -> new Writer(memory, BOB, bob).run()));
                for (Future<Boolean> one : both) {
                    one.get();
                }
            }
        }

        private boolean run() throws Exception {
            for (int i = 0; i < PAIRS; i++) {
                memory.write(
                        Principal.operator(),
                        List.of(
                                new Put(
                                        key(who, i),
                                        Node.Kind.VALUE,
                                        new JsonPrimitive("value " + i),
                                        List.of(),
                                        new Put.Anything(),
                                        List.of(1f, (float) i)),
                                Put.of(same(who), new JsonPrimitive(i % 2))));
                acks.write(PAIR);
                if (who.equals(ADA)) {
                    further(i);
                } else if (i == PAIRS / 2) {
                    memory.readers().read(sql -> sql.number("PRAGMA wal_checkpoint(RESTART)"));
                }
            }
            return true;
        }

        private void further(int i) throws Exception {
            if (i == 2) {
                Blob film = memory.blob(
                        Principal.operator(), List.of(memory.putChunk(Principal.operator(), CHUNK)), "text/plain");
                memory.put(
                        Principal.operator(),
                        new Put(FILM, Node.Kind.BLOB, film.encode(), List.of(), new Put.Anything(), List.of()));
                acks.write(BLOB);
            } else if (i == 4) {
                memory.delete(Principal.operator(), key(who, 0));
                acks.write(DELETED);
            } else if (i == 6) {
                Source source = new Source.ByNode(memory.get(Principal.operator(), key(who, 1))
                        .orElseThrow()
                        .id());
                memory.committer().change(writes -> Quarantines.put(writes, source, "test"));
                acks.write(HELD);
            }
        }
    }

    /** Writes "old", has a backup with "new" restored, and starts anew. */
    static final class Restorer {
        private Restorer() {}

        public static void main(String[] arguments) throws Exception {
            Path data = Path.of(arguments[0]);
            Path database = data.resolve("memory.db");
            Path made = Files.createTempDirectory("restorer");
            write(made.resolve("memory.db"), "new");
            Backup.take(made.resolve("memory.db"), made.resolve("backup"));
            try (OutputStream acks = Files.newOutputStream(data.resolve("acks-" + ADA))) {
                write(database, "old");
                acks.write(PAIR);
                Path came = data.resolve("came");
                Files.write(came, Files.readAllBytes(made.resolve("backup")));
                Backup.prepare(database, came, false);
                acks.write(PREPARED);
                Backup.apply(database);
                acks.write(PAIR);
            }
        }

        private static void write(Path database, String value) throws Exception {
            try (SqliteMemory memory = SqliteMemory.open(database, System::nanoTime)) {
                memory.put(Principal.operator(), Put.of(RESTORED, new JsonPrimitive(value)));
            }
        }
    }
}
