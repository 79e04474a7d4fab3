package dev.nullbox.service;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
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
import java.util.Map;
import java.util.TreeMap;

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
        emit(event.name(), sorted(fields));
    }

    /** Fields as JSON, in the order of their names. */
    public static JsonObject sorted(Message fields) {
        JsonObject sorted = new JsonObject();
        Codec.encode(fields).entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(field -> sorted.add(field.getKey(), field.getValue()));
        return sorted;
    }

    /** Writes an event without fields. */
    public void emit(String event) {
        emit(event, new JsonObject());
    }

    /**
     * Writes one event, its fields in the order of their names.
     *
     * @param fields values are strings, numbers, booleans or {@link JsonElement}s
     * @throws IllegalArgumentException for a value of another type
     */
    public void emit(String event, Map<String, ?> fields) {
        emit(event, object(fields));
    }

    /**
     * Fields as JSON, in the order of their names.
     *
     * @param fields values are strings, numbers, booleans or {@link JsonElement}s
     * @throws IllegalArgumentException for a value of another type
     */
    public static JsonObject object(Map<String, ?> fields) {
        JsonObject object = new JsonObject();
        for (Map.Entry<String, ?> field : new TreeMap<>(fields).entrySet()) {
            object.add(field.getKey(), value(field.getKey(), field.getValue()));
        }
        return object;
    }

    /** Writes one event, its fields as they stand. */
    public void emit(String event, JsonObject fields) {
        JsonObject line = new JsonObject();
        line.addProperty(NulldContract.EVENT.name(), event);
        for (Map.Entry<String, JsonElement> field : fields.entrySet()) {
            line.add(field.getKey(), field.getValue());
        }
        byte[] text = Json.bytes(line);
        byte[] whole = new byte[text.length + 1];
        System.arraycopy(text, 0, whole, 0, text.length);
        whole[text.length] = '\n';
        write(whole);
    }

    /** How many events could not be written. */
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

    private static JsonElement value(String name, Object value) {
        return switch (value) {
            case String text -> new JsonPrimitive(text);
            case Number number -> new JsonPrimitive(number);
            case Boolean truth -> new JsonPrimitive(truth);
            case JsonElement element -> element;
            default ->
                throw new IllegalArgumentException(
                        "event field " + name + " is a " + value.getClass().getName());
        };
    }
}
