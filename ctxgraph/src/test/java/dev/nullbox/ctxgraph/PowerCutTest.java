package dev.nullbox.ctxgraph;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing that was acknowledged is lost by a cut at any call that reaches the disk. A real process is recorded by a
 * library put before its own (record.c): every write, truncation and sync of its database, and every acknowledgement, in
 * their order. Then, after each single call, the disk is laid out as a kill and as a power cut would leave it, and opened.
 */
@Timeout(600)
class PowerCutTest {
    private static final int WRITES = 10;
    private static final MemoryKey SHARED = new MemoryKey("ada/same");

    @TempDir
    Path directory;

    @Test
    void losesNothingAcknowledgedByACutAtAnyCall() throws Exception {
        DiskLog log = DiskLog.read(recorded());
        Random random = new Random(20_261_122);
        Path disk = Files.createDirectory(directory.resolve("disk"));
        int acknowledgedLast = 0;
        for (int i = 0; i < log.size(); i++) {
            log.advance();
            int acknowledged = new String(log.all("acks"), StandardCharsets.US_ASCII).length();
            log.writeAll(disk);
            verify(disk, acknowledged, "killed after call " + i);
            log.writeCut(disk, random);
            verify(disk, acknowledged, "power cut after call " + i);
            acknowledgedLast = acknowledged;
        }
        // The recording is whole, and the check above was not of empty disks.
        assertThat(acknowledgedLast).isEqualTo(WRITES);
        assertThat(log.size()).isGreaterThan(10 * WRITES);
    }

    /** The twin that must fail: a disk that lies about what it synced does lose an acknowledged write. */
    @Test
    void noticesADiskThatForgetsWhatItSynced() throws Exception {
        DiskLog log = DiskLog.read(recorded());
        while (new String(log.all("acks"), StandardCharsets.US_ASCII).length() < WRITES) {
            log.advance();
        }
        Path disk = Files.createDirectory(directory.resolve("disk"));
        log.writeAll(disk);
        Files.delete(disk.resolve("memory.db-wal"));
        try (SqliteMemory memory = SqliteMemory.open(disk.resolve("memory.db"), System::nanoTime)) {
            assertThat(memory.get(Actor.operator(), key(WRITES - 1))).isEmpty();
        }
    }

    private static void verify(Path disk, int acknowledged, String when) throws Exception {
        try (SqliteMemory memory = SqliteMemory.open(disk.resolve("memory.db"), System::nanoTime)) {
            for (int i = 0; i < acknowledged; i++) {
                assertThat(memory.get(Actor.operator(), key(i)))
                        .as(when + ", write " + i)
                        .isPresent();
            }
            List<Memory.Head> history = memory.history(Actor.operator(), SHARED, Long.MAX_VALUE, 100)
                    .items();
            // Both keys of a write are there or neither.
            assertThat(history.size()).as(when).isBetween(acknowledged, acknowledged + 1);
            assertThat(memory.list(Actor.operator(), "ada/k", "", 100, List.of())
                            .items())
                    .as(when)
                    .hasSameSizeAs(history);
            List<String> problems = memory.readers().read(sql -> IntegrityCheck.problems(sql, () -> false));
            assertThat(problems).as(when).isEmpty();
        } finally {
            try (Stream<Path> files = Files.list(disk)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static MemoryKey key(int i) {
        return new MemoryKey("ada/k" + i);
    }

    private Path recorded() throws IOException, InterruptedException {
        Path library = directory.resolve("record.so");
        run(new ProcessBuilder("cc", "-O1", "-shared", "-fPIC", "-o", library.toString(), "src/test/c/record.c"));
        Path data = Files.createDirectory(directory.resolve("data"));
        Path log = directory.resolve("log");
        ProcessBuilder writer = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.sqlite.tmpdir=" + directory,
                "-cp",
                CtxgraphMainTest.classPath(),
                Writer.class.getName(),
                data.toString());
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

    /** Writes pairs of keys, says so in a file of its own after each, and has the log moved into the database midway. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws Exception {
            Path data = Path.of(arguments[0]);
            try (SqliteMemory memory = SqliteMemory.open(data.resolve("memory.db"), System::nanoTime);
                    OutputStream acks = Files.newOutputStream(data.resolve("acks"))) {
                for (int i = 0; i < WRITES; i++) {
                    memory.write(
                            Actor.operator(),
                            List.of(
                                    Put.of(key(i), new JsonPrimitive("value " + i)),
                                    Put.of(SHARED, new JsonPrimitive(i % 2))));
                    acks.write('.');
                    if (i == WRITES / 2) {
                        memory.readers().read(sql -> sql.number("PRAGMA wal_checkpoint(RESTART)"));
                    }
                }
            }
        }
    }
}
