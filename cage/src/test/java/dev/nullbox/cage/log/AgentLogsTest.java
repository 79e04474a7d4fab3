package dev.nullbox.cage.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.protocol.id.AgentName;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Output on its way from a guest's connection to the rings. */
class AgentLogsTest {
    private static final AgentName AGENT = new AgentName("talker");
    private static final AgentName OTHER = new AgentName("other");
    private static final AgentLog.Bounds BOUNDS = AgentLog.Bounds.of(32, 30);
    private static final LogQuery ALL = LogQuery.of(0, Optional.empty(), "");
    private static final long ROOM = 64 << 20;

    @TempDir
    private Path base;

    private AgentLogs open(long room) throws Exception {
        AgentLogs logs = AgentLogs.open(base.resolve("logs"), room, System::currentTimeMillis);
        logs.bound(AGENT, BOUNDS);
        return logs;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<LogLine> lines(AgentLogs logs, AgentName agent) throws Exception {
        logs.awaitWritten(agent);
        AgentLog log = logs.find(agent).orElseThrow();
        List<LogLine> lines = new ArrayList<>();
        AgentLog.Page page = log.read(LogCursor.START, ALL, Duration.ZERO);
        lines.addAll(page.lines());
        while (!page.isEnd()) {
            page = log.read(page.next(), ALL, Duration.ZERO);
            lines.addAll(page.lines());
        }
        return lines;
    }

    /** A stream as it came, put together of its lines. */
    private static byte[] joined(List<LogLine> lines, LogStream stream) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        lines.stream().filter(line -> line.stream() == stream).forEach(line -> {
            all.writeBytes(line.bytes());
            if (line.isWhole()) {
                all.write('\n');
            }
        });
        return all.toByteArray();
    }

    @Test
    void anyBytesOfBothStreamsComeOutAsTheyCame() throws Exception {
        AgentLogs logs = open(ROOM);
        Random random = new Random(3);
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        for (int i = 0; i < 200; i++) {
            byte[] piece = new byte[random.nextInt(3 * LineCutter.MAX_BYTES)];
            random.nextBytes(piece);
            if (i % 3 == 0) {
                // Lines longer than are kept whole.
                Arrays.fill(piece, (byte) 'x');
            }
            boolean isError = random.nextBoolean();
            (isError ? errors : output).writeBytes(piece);
            logs.offer(AGENT, 1, isError ? LogStream.STDERR : LogStream.STDOUT, piece);
            if (i % 20 == 0) {
                logs.awaitWritten(AGENT);
            }
        }
        logs.end(AGENT, 1);
        List<LogLine> lines = lines(logs, AGENT);
        assertThat(joined(lines, LogStream.STDOUT)).isEqualTo(output.toByteArray());
        assertThat(joined(lines, LogStream.STDERR)).isEqualTo(errors.toByteArray());
        assertThat(lines).noneMatch(line -> line.octets().length() > LineCutter.MAX_BYTES);
    }

    @Test
    void twentyThousandLinesAtOnceAreKeptWhole() throws Exception {
        AgentLogs logs = open(ROOM);
        List<String> said = IntStream.range(0, 20_000)
                .mapToObj(i -> "line " + i + " of many")
                .toList();
        byte[] all = bytes(String.join("\n", said) + "\n");
        for (int at = 0; at < all.length; at += 4_096) {
            logs.offer(AGENT, 1, LogStream.STDOUT, Arrays.copyOfRange(all, at, Math.min(all.length, at + 4_096)));
        }
        assertThat(lines(logs, AGENT).stream().map(LogLine::octets)).isEqualTo(said);
    }

    /** Half a million lines of the shortest kind; a writer that made text of each was too slow for them. */
    @Test
    void aFloodOfShortLinesIsWrittenAsFastAsItComes() throws Exception {
        AgentLogs logs = open(ROOM);
        byte[] piece = bytes("0123456789abcdef\n".repeat(240));
        int pieces = (10 << 20) / piece.length;
        for (int i = 0; i < pieces; i++) {
            logs.offer(AGENT, 1, LogStream.STDOUT, piece);
            if (i % 500 == 0) {
                logs.awaitWritten(AGENT);
            }
        }
        logs.offer(AGENT, 1, LogStream.STDOUT, bytes("said\n"));
        logs.awaitWritten(AGENT);
        AgentLog log = logs.find(AGENT).orElseThrow();
        assertThat(log.read(log.last(ALL, 1), ALL, Duration.ZERO).lines())
                .extracting(LogLine::octets)
                .containsExactly("said");
        List<LogLine> lines = lines(logs, AGENT);
        assertThat(lines).hasSize(pieces * 240 + 1);
        assertThat(lines.subList(0, lines.size() - 1))
                .allMatch(line -> line.octets().equals("0123456789abcdef"));
    }

    @Test
    void aLineWithoutEndIsShownAfterAWhileAndGoesOn() throws Exception {
        AgentLogs logs = open(ROOM);
        logs.offer(AGENT, 1, LogStream.STDOUT, bytes("prompt> "));
        AgentLog log = logs.find(AGENT).orElseThrow();
        AgentLog.Page page = log.read(LogCursor.START, ALL, Duration.ofSeconds(30));
        assertThat(page.lines()).extracting(LogLine::octets).containsExactly("prompt> ");
        assertThat(page.lines()).noneMatch(LogLine::isWhole);
        logs.offer(AGENT, 1, LogStream.STDOUT, bytes("answer\n"));
        assertThat(new String(joined(lines(logs, AGENT), LogStream.STDOUT), StandardCharsets.UTF_8))
                .isEqualTo("prompt> answer\n");
    }

    @Test
    void lostOutputIsCountedInItsPlace() throws Exception {
        OutputQueue queue = new OutputQueue(() -> 7);
        byte[] piece = new byte[1 << 20];
        for (int i = 0; i < 6; i++) {
            queue.offer(AGENT, 1, LogStream.STDOUT, piece);
        }
        queue.offer(AGENT, 2, LogStream.STDOUT, new byte[] {1});
        for (int i = 0; i < 2; i++) {
            OutputQueue.Batch before = queue.take(Duration.ZERO).orElseThrow();
            assertThat(before.chunks()).hasSize(1);
            assertThat(before.lost()).isEqualTo(OutputQueue.Loss.NONE);
        }
        OutputQueue.Batch batch = queue.take(Duration.ZERO).orElseThrow();
        assertThat(batch.chunks()).hasSize(1);
        assertThat(batch.lost()).isEqualTo(new OutputQueue.Loss(3 * piece.length + 1, 2, 7));
        assertThat(queue.take(Duration.ZERO)).isEmpty();
        queue.offer(AGENT, 2, LogStream.STDOUT, piece);
        assertThat(queue.take(Duration.ZERO).orElseThrow().lost()).isEqualTo(OutputQueue.Loss.NONE);
    }

    @Test
    void noAgentTakesAnothersLeastRoom() throws Exception {
        OutputQueue queue = new OutputQueue(() -> 7);
        for (int agent = 0; agent < 8; agent++) {
            for (int i = 0; i < 8; i++) {
                queue.offer(new AgentName("flood" + agent), 1, LogStream.STDOUT, new byte[1 << 19]);
            }
        }
        queue.offer(AGENT, 1, LogStream.STDOUT, new byte[OutputQueue.LEAST_BYTES / 2]);
        OutputQueue.Batch batch = queue.take(Duration.ZERO).orElseThrow();
        while (!batch.agent().equals(AGENT)) {
            batch = queue.take(Duration.ZERO).orElseThrow();
        }
        assertThat(batch.lost()).isEqualTo(OutputQueue.Loss.NONE);
        assertThat(batch.chunks()).hasSize(1);
    }

    @Test
    void allRingsTogetherKeepWithinTheirRoom() throws Exception {
        AgentLogs logs = open(2 << 20);
        logs.bound(OTHER, BOUNDS);
        for (AgentName agent : List.of(AGENT, OTHER)) {
            for (int i = 0; i < 60; i++) {
                logs.offer(agent, 1, LogStream.STDOUT, bytes(("x".repeat(999) + "\n").repeat(100)));
                logs.awaitWritten(agent);
            }
        }
        try (Stream<Path> files = Files.walk(base.resolve("logs"))) {
            assertThat(files.filter(Files::isRegularFile)
                            .mapToLong(file -> file.toFile().length())
                            .sum())
                    .isBetween(1L << 20, 2L << 20);
        }
    }

    @Test
    void aRingIsThereAfterARestartUntilItIsForgotten() throws Exception {
        AgentLogs logs = open(ROOM);
        logs.offer(AGENT, 4, LogStream.STDOUT, bytes("kept\n"));
        assertThat(lines(logs, AGENT)).hasSize(1);
        AgentLogs next = AgentLogs.open(base.resolve("logs"), ROOM, System::currentTimeMillis);
        assertThat(lines(next, AGENT)).extracting(LogLine::run).containsExactly(4L);
        next.forget(AGENT);
        assertThat(next.find(AGENT)).isEmpty();
        assertThat(base.resolve("logs/talker")).doesNotExist();
    }
}
