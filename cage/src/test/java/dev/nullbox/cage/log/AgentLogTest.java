package dev.nullbox.cage.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines in a bounded ring of files. */
class AgentLogTest {
    private static final AgentLog.Bounds BOUNDS = new AgentLog.Bounds(1 << 20, Duration.ofDays(30));
    private static final LogQuery ALL = new LogQuery(0, Optional.empty(), "");

    @TempDir
    private Path base;

    private final AtomicLong now = new AtomicLong(1_000);

    private AgentLog open(AgentLog.Bounds bounds) {
        return AgentLog.open(base.resolve("agent"), bounds, now::get);
    }

    private void say(AgentLog log, long run, LogStream stream, String text) {
        log.add(new LogLine(now.get(), run, stream, true, text));
    }

    private static List<LogLine> all(AgentLog log, LogCursor from, LogQuery query) throws Exception {
        List<LogLine> lines = new ArrayList<>();
        AgentLog.Page page = log.read(from, query, Duration.ZERO);
        lines.addAll(page.lines());
        while (!page.isEnd()) {
            page = log.read(page.next(), query, Duration.ZERO);
            lines.addAll(page.lines());
        }
        return lines;
    }

    private static List<String> texts(List<LogLine> lines) {
        return lines.stream().map(LogLine::octets).toList();
    }

    @Test
    void linesKeepTheirTimeTheirRunAndTheirStream() throws Exception {
        AgentLog log = open(BOUNDS);
        say(log, 1, LogStream.STDOUT, "out");
        now.set(2_000);
        say(log, 2, LogStream.STDERR, "");
        assertThat(all(log, LogCursor.START, ALL))
                .containsExactly(
                        new LogLine(1_000, 1, LogStream.STDOUT, true, "out"),
                        new LogLine(2_000, 2, LogStream.STDERR, true, ""));
        assertThat(texts(all(log, LogCursor.START, new LogQuery(1_500, Optional.empty(), ""))))
                .containsExactly("");
        assertThat(texts(all(log, LogCursor.START, new LogQuery(0, Optional.of(1L), ""))))
                .containsExactly("out");
        assertThat(all(log, LogCursor.START, new LogQuery(0, Optional.empty(), "ou")))
                .hasSize(1);
    }

    @Test
    void twentyThousandLinesAreKeptWhole() throws Exception {
        AgentLog log = open(new AgentLog.Bounds(16 << 20, Duration.ofDays(1)));
        List<String> said = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            said.add("line " + i + " ü " + "x".repeat(i % 90));
            say(log, 1, LogStream.STDOUT, said.getLast());
        }
        assertThat(texts(all(log, LogCursor.START, ALL))).isEqualTo(said);
        assertThat(texts(all(log, log.last(ALL, 7), ALL))).isEqualTo(said.subList(19_993, 20_000));
        LogQuery rare = new LogQuery(0, Optional.empty(), "line 123 ");
        assertThat(all(log, log.last(rare, 5), rare)).hasSize(1);
    }

    @Test
    void theOldestLinesGoFirstAndThatIsTold() throws Exception {
        AgentLog log = open(BOUNDS);
        say(log, 1, LogStream.STDOUT, "first");
        LogCursor begin = log.read(LogCursor.START, ALL, Duration.ZERO).next();
        for (int i = 0; i < 30_000; i++) {
            say(log, 1, LogStream.STDOUT, "line " + i + " of many that do not fit all at once");
        }
        List<String> left = texts(all(log, LogCursor.START, ALL));
        assertThat(left).doesNotContain("first").endsWith("line 29999 of many that do not fit all at once");
        assertThat(left).hasSizeGreaterThan(10_000);
        assertThat(log.read(begin, ALL, Duration.ZERO).isLost()).isTrue();
        try (Stream<Path> files = Files.list(base.resolve("agent"))) {
            assertThat(files.mapToLong(file -> file.toFile().length()).sum()).isLessThanOrEqualTo(BOUNDS.bytes());
        }
    }

    @Test
    void aRingOutlivesItsProcessAndCountsRunsOn() throws Exception {
        AgentLog log = open(BOUNDS);
        say(log, 41, LogStream.STDOUT, "before");
        log.flush();
        AgentLog next = open(BOUNDS);
        assertThat(next.lastRun()).isEqualTo(41);
        say(next, 42, LogStream.STDOUT, "after");
        assertThat(texts(all(next, LogCursor.START, ALL))).containsExactly("before", "after");
    }

    @Test
    void aLineThatAPowerCutHalvedIsLeftOut() throws Exception {
        AgentLog log = open(BOUNDS);
        say(log, 1, LogStream.STDOUT, "whole");
        log.flush();
        Files.write(
                base.resolve("agent/1.log"),
                "1000 1 o hal".getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.APPEND);
        AgentLog next = open(BOUNDS);
        say(next, 2, LogStream.STDOUT, "later");
        assertThat(texts(all(next, LogCursor.START, ALL))).containsExactly("whole", "later");
    }

    @Test
    void filesOlderThanTheAgeGo() throws Exception {
        AgentLog log = open(BOUNDS);
        say(log, 1, LogStream.STDOUT, "old");
        log.flush();
        Files.setLastModifiedTime(base.resolve("agent/1.log"), FileTime.fromMillis(0));
        now.set(Duration.ofDays(40).toMillis());
        AgentLog next = open(BOUNDS);
        say(next, 2, LogStream.STDOUT, "new");
        assertThat(texts(all(next, LogCursor.START, ALL))).containsExactly("new");
    }

    @Test
    void linesThatTheDiskDoesNotTakeAreCounted() throws Exception {
        AgentLog log = open(BOUNDS);
        Files.delete(base.resolve("agent"));
        say(log, 1, LogStream.STDOUT, "lost");
        say(log, 1, LogStream.STDOUT, "lost too");
        Files.createDirectory(base.resolve("agent"));
        say(log, 1, LogStream.STDOUT, "kept");
        assertThat(texts(all(log, LogCursor.START, ALL)))
                .containsExactly("2 lines were lost here: the disk refused them", "kept");
    }

    @Test
    void aReaderWaitsForWhatComes() throws Exception {
        AgentLog log = open(BOUNDS);
        say(log, 1, LogStream.STDOUT, "there");
        LogCursor end = log.end();
        Thread writer = Thread.ofPlatform().start(() -> say(log, 1, LogStream.STDOUT, "came"));
        assertThat(texts(log.read(end, ALL, Duration.ofSeconds(20)).lines())).containsExactly("came");
        writer.join();
        assertThat(log.read(log.end(), ALL, Duration.ofMillis(10)).lines()).isEmpty();
    }

    @Test
    void cursorsAreReadAsTheyArePrinted() {
        assertThat(LogCursor.parse(new LogCursor(3, 17).toString())).contains(new LogCursor(3, 17));
        assertThat(Stream.of("", "-", "1", "x-1", "-1-2").map(LogCursor::parse)).containsOnly(Optional.empty());
    }
}
