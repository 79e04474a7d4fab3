package dev.nullbox.cage.log;

import dev.nullbox.manifest.Schema;
import dev.nullbox.service.PrivateDirectory;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Log ring of one agent: numbered files of an eighth of its size; the oldest is removed when a new one begins. Nothing
 * is synced, so that an agent never waits for its log: a power cut may lose the last lines. A line that a full disk
 * refused is counted, and the count is shown in its place. For any thread.
 */
public final class AgentLog {
    private static final String SUFFIX = ".log";
    private static final int SEGMENTS = 8;
    private static final int BUFFER_BYTES = 1 << 16;
    /** Bytes that are read of a file for its last lines; a line has at most an eighth of it. */
    private static final int TAIL_BYTES = 8 * LineCutter.MAX_BYTES;

    /** Most bytes of lines in a page, so that a page fits a message. */
    private static final int PAGE_BYTES = 256 << 10;

    private static final int LINE_OVERHEAD = 96;
    /** Most bytes that one request reads: a search for a rare line takes several. */
    private static final long SCAN_BYTES = 8L << 20;

    /** Size and age of a ring. */
    public record Bounds(long bytes, Duration age) {
        /** Bounds for an agent without a known AGENT.toml. */
        static final Bounds USUAL = of(
                Schema.LOG_MB.otherwise().orElseThrow(),
                Schema.LOG_DAYS.otherwise().orElseThrow());

        /** Bounds of so many MiB, for so many days. */
        public static Bounds of(int mib, int days) {
            return new Bounds((long) mib << 20, Duration.ofDays(days));
        }
    }

    /**
     * Lines that were found.
     *
     * @param next where the next page begins
     * @param isEnd whether it reaches the end
     * @param isLost whether lines after the cursor were removed before they were read
     */
    public record Page(List<LogLine> lines, LogCursor next, boolean isEnd, boolean isLost) {
        public Page {
            lines = List.copyOf(lines);
        }
    }

    private final Path directory;
    private final LongSupplier millis;
    private Bounds bounds;
    /** Sizes by number; the last one's is behind while it is being written. */
    private final NavigableMap<Long, Long> segments = new TreeMap<>();

    private @Nullable OutputStream out;
    /** Bytes in the current file. */
    private long written;

    private long lastRun;
    private long refused;

    private AgentLog(Path directory, Bounds bounds, LongSupplier millis) {
        this.directory = directory;
        this.bounds = bounds;
        this.millis = millis;
    }

    /**
     * Opens the ring in a directory, created if missing. When that fails there is a warning, and its lines count as
     * lost: an agent runs without its log, too.
     *
     * @param millis since 1970 UTC
     */
    static AgentLog open(Path directory, Bounds bounds, LongSupplier millis) {
        AgentLog log = new AgentLog(directory, bounds, millis);
        try {
            log.find();
        } catch (IOException e) {
            System.err.println("cage: the log in " + directory + " cannot be read, and begins anew: " + e.getMessage());
            log.segments.clear();
        }
        return log;
    }

    private void find() throws IOException {
        PrivateDirectory.ensure(directory);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                segments.put(Long.parseLong(name.substring(0, name.length() - SUFFIX.length())), Files.size(file));
            }
        } catch (NumberFormatException e) {
            throw new IOException("it has a file that is none of a log's", e);
        }
        lastRun = findLastRun();
        trim();
    }

    /** Finds the last run, whose lines are the last ones: only a file whose end is damaged is read as a whole. */
    private long findLastRun() throws IOException {
        for (Map.Entry<Long, Long> segment : segments.descendingMap().entrySet()) {
            long begin = Math.max(0, segment.getValue() - TAIL_BYTES);
            long found = lastRunFrom(segment.getKey(), begin);
            if (found == 0 && begin > 0) {
                found = lastRunFrom(segment.getKey(), 0);
            }
            if (found > 0) {
                return found;
            }
        }
        return 0;
    }

    /** The greatest run number in a file from an offset on; the line at the offset does not count. */
    private long lastRunFrom(long number, long begin) throws IOException {
        long found = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file(number)), BUFFER_BYTES)) {
            in.skipNBytes(begin);
            byte[] line = readLine(in);
            if (begin > 0 && line != null) {
                line = readLine(in);
            }
            while (line != null) {
                found = Math.max(
                        found, LogLine.parse(text(line)).map(LogLine::run).orElse(0L));
                line = readLine(in);
            }
        }
        return found;
    }

    private Path file(long number) {
        return directory.resolve(number + SUFFIX);
    }

    /** The number of the last run with a line; 0 for none. */
    public synchronized long lastRun() {
        return lastRun;
    }

    /** Changes size and age, by another version of the agent. */
    public synchronized void bound(Bounds other) {
        bounds = other;
        trim();
    }

    /** Appends a line. */
    void add(LogLine line) {
        byte[] bytes = line.bytes();
        add(line.head(), bytes, 0, bytes.length);
    }

    /** Appends a line of these bytes. */
    synchronized void add(RecordHead head, byte[] bytes, int start, int length) {
        lastRun = Math.max(lastRun, head.run());
        if (refused > 0) {
            LogLine note =
                    LogLine.note(head.millis(), head.run(), refused + " lines were lost here: the disk refused them");
            byte[] text = note.bytes();
            if (append(note.head(), text, 0, text.length)) {
                refused = 0;
            }
        }
        if (!append(head, bytes, start, length)) {
            refused++;
        }
        notifyAll();
    }

    private boolean append(RecordHead head, byte[] bytes, int start, int length) {
        try {
            OutputStream to = room(head.bytes().length + length + 1);
            to.write(head.bytes());
            to.write(bytes, start, length);
            to.write('\n');
            written += head.bytes().length + length + 1;
            return true;
        } catch (IOException e) {
            discard();
            return false;
        }
    }

    /** The current file, or a new one when so many bytes more would exceed its size. */
    private OutputStream room(int bytes) throws IOException {
        OutputStream to = out;
        if (to != null && written + bytes <= bounds.bytes() / SEGMENTS) {
            return to;
        }
        close();
        // Remains of a power cut at the end of an older file stay there.
        long number = segments.isEmpty() ? 1 : segments.lastKey() + 1;
        to = new BufferedOutputStream(new FileOutputStream(file(number).toFile(), true), BUFFER_BYTES);
        out = to;
        segments.put(number, 0L);
        written = 0;
        trim();
        return to;
    }

    /** Records the current file's length. */
    private void settle() {
        if (out != null && !segments.isEmpty()) {
            segments.put(segments.lastKey(), written);
        }
    }

    /** Drops the current file's buffer; the file's true size counts. */
    private void discard() {
        out = null;
        if (!segments.isEmpty()) {
            long number = segments.lastKey();
            try {
                segments.put(number, Files.size(file(number)));
            } catch (IOException e) {
                segments.remove(number);
            }
        }
    }

    /** Removes files that are too old, without a new line as the occasion. */
    synchronized void trimOld() {
        trim();
    }

    private void trim() {
        settle();
        long all = segments.values().stream().mapToLong(Long::longValue).sum();
        while (segments.size() > 1
                && (all > bounds.bytes() || segments.size() > SEGMENTS || isOld(segments.firstKey()))) {
            long number = segments.firstKey();
            all -= segments.pollFirstEntry().getValue();
            try {
                Files.deleteIfExists(file(number));
            } catch (IOException e) {
                System.err.println("cage: " + file(number) + " is not removed: " + e.getMessage());
            }
        }
    }

    private boolean isOld(long number) {
        try {
            return Files.getLastModifiedTime(file(number)).toMillis()
                    < millis.getAsLong() - bounds.age().toMillis();
        } catch (IOException e) {
            return true;
        }
    }

    /** Hands buffered bytes to the kernel. */
    public synchronized void flush() {
        OutputStream to = out;
        if (to != null) {
            try {
                to.flush();
            } catch (IOException e) {
                discard();
                refused++;
            }
        }
    }

    /** Closes the current file. */
    private void close() throws IOException {
        settle();
        OutputStream to = out;
        out = null;
        if (to != null) {
            to.close();
        }
    }

    /** Removes all of it. */
    synchronized void remove() throws IOException {
        close();
        for (long number : List.copyOf(segments.keySet())) {
            Files.deleteIfExists(file(number));
        }
        segments.clear();
        Files.deleteIfExists(directory);
    }

    /** Cursor at the last so many lines of the query. */
    public LogCursor last(LogQuery query, int count) throws IOException {
        Deque<LogCursor> found = new ArrayDeque<>();
        for (long number : numbers().descendingSet()) {
            Deque<LogCursor> here = new ArrayDeque<>();
            scan(new LogCursor(number, 0), query, (line, at) -> {
                here.addLast(at);
                if (here.size() > count) {
                    here.removeFirst();
                }
                return true;
            });
            while (!here.isEmpty() && found.size() < count) {
                found.addFirst(here.removeLast());
            }
            if (found.size() == count) {
                break;
            }
        }
        return found.isEmpty() ? end() : found.getFirst();
    }

    /** Cursor after all lines. */
    public synchronized LogCursor end() {
        settle();
        return segments.isEmpty()
                ? LogCursor.START
                : new LogCursor(segments.lastKey(), segments.lastEntry().getValue());
    }

    private synchronized NavigableMap<Long, Long> sizes() {
        settle();
        return new TreeMap<>(segments);
    }

    private NavigableSet<Long> numbers() {
        flush();
        return sizes().navigableKeySet();
    }

    /** The lines after a cursor, up to a page; waits for some, at most so long, when there is none yet. */
    public Page read(LogCursor after, LogQuery query, Duration wait) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        Page page = read(after, query);
        while (page.lines().isEmpty() && page.isEnd() && awaitMore(page.next(), deadline)) {
            page = read(page.next(), query);
        }
        return page;
    }

    /** Waits for more; false at the timeout. */
    private synchronized boolean awaitMore(LogCursor known, long deadline) throws InterruptedException {
        while (end().equals(known)) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return System.nanoTime() < deadline;
    }

    private Page read(LogCursor after, LogQuery query) throws IOException {
        flush();
        NavigableMap<Long, Long> sizes = sizes();
        List<LogLine> lines = new ArrayList<>();
        boolean isLost = !sizes.isEmpty() && !after.equals(LogCursor.START) && sizes.firstKey() > after.segment();
        LogCursor at = after;
        long scanned = 0;
        int bytes = 0;
        for (long number : sizes.tailMap(after.segment(), true).navigableKeySet()) {
            LogCursor from = number == after.segment() ? after : new LogCursor(number, 0);
            int[] taken = {bytes};
            at = scan(from, query, (line, _) -> {
                lines.add(line);
                taken[0] += line.octets().length() + LINE_OVERHEAD;
                return taken[0] < PAGE_BYTES;
            });
            bytes = taken[0];
            scanned += at.offset() - from.offset();
            if (bytes >= PAGE_BYTES || scanned >= SCAN_BYTES) {
                return new Page(lines, at, false, isLost);
            }
        }
        return new Page(lines, at, true, isLost);
    }

    /** Receiver of lines. */
    private interface Taker {
        /** Receives a line that begins there; false when it is the last wanted one. */
        boolean take(LogLine line, LogCursor at);
    }

    /** Reads a file to its end, or while lines are wanted; returns where it stopped. A removed file has none. */
    private LogCursor scan(LogCursor from, LogQuery query, Taker taker) throws IOException {
        long offset = from.offset();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file(from.segment())), BUFFER_BYTES)) {
            in.skipNBytes(Math.min(offset, Files.size(file(from.segment()))));
            byte[] bytes = readLine(in);
            while (bytes != null) {
                long begin = offset;
                offset += bytes.length + 1;
                LogLine line = LogLine.parse(text(bytes)).orElse(null);
                if (line != null && query.takes(line) && !taker.take(line, new LogCursor(from.segment(), begin))) {
                    break;
                }
                bytes = readLine(in);
            }
        } catch (NoSuchFileException e) {
            return new LogCursor(from.segment() + 1, 0);
        }
        return new LogCursor(from.segment(), offset);
    }

    private static String text(byte[] line) {
        return new String(line, StandardCharsets.ISO_8859_1);
    }

    /** A complete line; null at the end, and before an incomplete one. */
    private static byte @Nullable [] readLine(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int next = in.read();
        while (next >= 0 && next != '\n') {
            bytes.write(next);
            next = in.read();
        }
        return next < 0 ? null : bytes.toByteArray();
    }
}
