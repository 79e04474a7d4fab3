package dev.nullbox.nulld.log;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.nulld.linux.Clock;
import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.rpc.Codec;
import dev.nullbox.service.TerminalText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Log of PID 1 and the services: rings in memory that {@code nulld.logs} reads, one line each for console and screen, and
 * events as JSON lines for the second serial port. Nothing here blocks: a ring drops its oldest records, a device drops
 * lines.
 */
public final class Journal {
    /** Records in all rings together; at most 1 MiB of characters, as PID 1 may hold 10 MB. */
    public static final int RECORDS = Stream.of(JournalRing.Origin.values())
            .mapToInt(JournalRing.Origin::maxRecords)
            .sum();

    private static final int CONSOLE_WIDTH = 240;

    private final Clock clock;
    private final Map<JournalRing.Origin, JournalRing> rings = new EnumMap<>(JournalRing.Origin.class);
    private long lastSeq;
    private @Nullable LineSink console;
    private @Nullable LineSink screen;
    private @Nullable LineSink events;

    public Journal(Clock clock) {
        this.clock = clock;
        for (JournalRing.Origin origin : JournalRing.Origin.values()) {
            rings.put(origin, new JournalRing(origin));
        }
    }

    /** Prints lines on this device from now on. */
    public synchronized void console(LineSink sink) {
        console = sink;
    }

    /** Prints lines on this device too from now on. */
    public synchronized void screen(LineSink sink) {
        screen = sink;
    }

    /** Prints a line on the screen alone, where there is one: /dev/console has it already. */
    public synchronized void onScreen(String line) {
        if (screen != null) {
            screen.offer(printable(line));
        }
    }

    /** Writes events to this device from now on. */
    public synchronized void events(LineSink sink) {
        events = sink;
    }

    /** Records an event of PID 1's own. */
    public void event(String source, Event event, Value<?>... fields) {
        event(source, event.name(), Codec.encode(fields));
    }

    /** Records an event; the fields are without its name. */
    public void event(String source, String name, JsonObject fields) {
        JsonObject record = head(source);
        record.addProperty(NulldContract.EVENT.name(), name);
        for (Map.Entry<String, JsonElement> field : fields.entrySet()) {
            if (!record.has(field.getKey())) {
                record.add(field.getKey(), field.getValue());
            }
        }
        String json = record.toString();
        synchronized (this) {
            append(JournalRing.ofEvent(source, name), source, json);
            if (events != null) {
                events.offer(json);
            }
            print(line(source, name, fields));
        }
    }

    /** Records a line of text. */
    public void text(String source, String text) {
        JsonObject record = head(source);
        record.addProperty(NulldContract.TEXT_LINE.name(), text);
        String json = record.toString();
        synchronized (this) {
            append(JournalRing.ofText(source), source, json);
            print(printable(source + "| " + text));
        }
    }

    /**
     * Records after a number, oldest first: {@code nulld.logs}' answer.
     *
     * @param source only of this one; empty for all
     * @param waitMillis real milliseconds to wait when there is none yet
     */
    public synchronized Message read(long after, int max, Optional<String> source, long waitMillis) {
        long end = System.nanoTime() + waitMillis * 1_000_000;
        while (true) {
            List<Object> records = new ArrayList<>();
            long next = Math.min(after, lastSeq);
            for (JournalRing.Entry entry : after(after)) {
                if (records.size() >= max) {
                    break;
                }
                next = entry.seq();
                if (source.isEmpty() || source.get().equals(entry.source())) {
                    JsonObject record = JsonParser.parseString(entry.json()).getAsJsonObject();
                    record.addProperty(Fields.SEQ.name(), entry.seq());
                    records.add(record);
                }
            }
            long left = (end - System.nanoTime()) / 1_000_000;
            if (!records.isEmpty() || left <= 0) {
                return Message.of(NulldContract.RECORDS.is(records), NulldContract.NEXT.is(next));
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return read(after, max, source, 0);
            }
        }
    }

    /** Waits until the devices have written everything, at most so many real milliseconds each. */
    public void flush(long millis) {
        List<LineSink> sinks;
        synchronized (this) {
            sinks = Stream.of(events, console, screen).filter(Objects::nonNull).toList();
        }
        sinks.forEach(sink -> sink.flush(millis));
    }

    /** Prints a line on console and screen. */
    private void print(String line) {
        if (console != null) {
            console.offer(line);
        }
        if (screen != null) {
            screen.offer(line);
        }
    }

    private JsonObject head(String source) {
        return Codec.encode(NulldContract.T.is(clock.millis() / 1000.0), NulldContract.SOURCE.is(source));
    }

    /** The records of all rings after a number, in their order. */
    private List<JournalRing.Entry> after(long seq) {
        List<JournalRing.Entry> found = new ArrayList<>();
        rings.values().forEach(ring -> ring.collect(seq, found));
        found.sort(Comparator.comparingLong(JournalRing.Entry::seq));
        return found;
    }

    private void append(JournalRing.Origin origin, String source, String json) {
        JournalRing ring = rings.get(origin);
        if (ring != null) {
            ring.add(new JournalRing.Entry(++lastSeq, source, json));
        }
        notifyAll();
    }

    /** The line of an event: {@code source| event key=value}; an agent's own output as {@code agent| line}. */
    private static String line(String source, String name, JsonObject fields) {
        if (name.equals(AgentContract.CONSOLE.name())) {
            return printable(text(fields, Fields.AGENT) + "| " + text(fields, AgentContract.LINE));
        }
        StringBuilder line = new StringBuilder(source).append("| ").append(name);
        for (Map.Entry<String, JsonElement> field : fields.entrySet()) {
            JsonElement value = field.getValue();
            line.append(' ').append(field.getKey()).append('=');
            line.append(value.isJsonPrimitive() ? value.getAsString() : value.toString());
        }
        return printable(line.toString());
    }

    private static String text(JsonObject fields, Field<String> field) {
        JsonElement value = fields.get(field.name());
        return value != null && value.isJsonPrimitive() ? value.getAsString() : "";
    }

    /** A bounded line without control characters, for text of a service or a guest on a terminal. */
    public static String printable(String text) {
        return TerminalText.line(text.substring(0, Math.min(text.length(), CONSOLE_WIDTH)));
    }
}
