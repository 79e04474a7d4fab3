package dev.nullbox.smoketest;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.Optional;

/**
 * Event of the appliance: a JSON line on its second serial port.
 *
 * @param seconds since the kernel started
 * @param source the service that emitted it
 * @param name such as {@code agent.started}
 * @param fields the whole record
 */
record Event(double seconds, String source, String name, JsonObject fields) {
    /** The event in a line, unless the line holds none. */
    static Optional<Event> parse(String line) {
        JsonElement parsed;
        try {
            parsed = JsonParser.parseString(line);
        } catch (JsonParseException _) {
            return Optional.empty();
        }
        if (!parsed.isJsonObject() || !parsed.getAsJsonObject().has("event")) {
            return Optional.empty();
        }
        JsonObject fields = parsed.getAsJsonObject();
        double seconds = fields.has("t") ? fields.get("t").getAsDouble() : 0;
        return Optional.of(
                new Event(seconds, text(fields, "source"), fields.get("event").getAsString(), fields));
    }

    /** Tells whether it has this name. */
    boolean is(String wanted) {
        return name.equals(wanted);
    }

    /** Tells whether it has this name and a field with this value. */
    boolean is(String wanted, String field, String value) {
        return is(wanted) && text(field).equals(value);
    }

    /** A field as text; empty when it is not there. */
    String text(String field) {
        return text(fields, field);
    }

    /** A whole number; -1 when it is not there. */
    long number(String field) {
        JsonElement value = fields.get(field);
        return value == null || !value.isJsonPrimitive() ? -1 : value.getAsLong();
    }

    private static String text(JsonObject fields, String field) {
        JsonElement value = fields.get(field);
        if (value == null || value.isJsonNull()) {
            return "";
        }
        return value.isJsonPrimitive() ? value.getAsString() : value.toString();
    }
}
