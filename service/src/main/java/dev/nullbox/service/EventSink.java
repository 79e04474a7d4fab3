package dev.nullbox.service;

import com.google.gson.JsonObject;
import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A service's structured events: one JSON object a line, {@code {"event": NAME, ...fields}}, written whole.
 *
 * <p>An event that cannot be written is dropped and counted; {@link #emit} never throws for it.
 */
public final class EventSink {
    private final OutputStream out;
    private long dropped;

    public EventSink(OutputStream out) {
        this.out = out;
    }

    /** The sink that nulld reads: standard output, past {@code System.out}'s own buffers. */
    public static EventSink toStandardOutput() {
        return new EventSink(new FileOutputStream(FileDescriptor.out));
    }

    /**
     * Writes an event of the protocol, its fields in the order of their names.
     *
     * @throws IllegalArgumentException for a field that the event does not have
     */
    public void emit(Event event, Value<?>... fields) {
        emit(event, Message.of(fields));
    }

    /** The same with fields that a message holds. */
    public void emit(Event event, Message fields) {
        for (Value<?> value : fields.values()) {
            if (event.fields().stream()
                    .noneMatch(field -> field.name().equals(value.field().name()))) {
                throw new IllegalArgumentException(event + " has no field " + value.field());
            }
        }
        JsonObject line = new JsonObject();
        line.addProperty(NulldContract.EVENT.name(), event.name());
        sorted(fields).asMap().forEach(line::add);
        write((Json.write(line) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Fields as JSON, in the order of their names. */
    public static JsonObject sorted(Message fields) {
        JsonObject sorted = new JsonObject();
        Codec.encode(fields).entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(field -> sorted.add(field.getKey(), field.getValue()));
        return sorted;
    }

    /** Events that could not be written. */
    public synchronized long dropped() {
        return dropped;
    }

    private synchronized void write(byte[] line) {
        try {
            out.write(line);
            out.flush();
        } catch (IOException e) {
            dropped++;
        }
    }
}
