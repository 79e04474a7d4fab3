package dev.nullbox.nullctl;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** A table for people: the members of a list of JSON objects in columns. */
final class Table {
    private Table() {}

    /** The named members, one row an object; an empty list says so. */
    static void print(PrintWriter out, JsonElement list, String nothing, String... members) {
        List<JsonObject> objects = objects(list);
        if (objects.isEmpty()) {
            out.println(nothing);
            return;
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(Arrays.stream(members)
                .map(member -> member.toUpperCase(Locale.ROOT).replace("_S", ""))
                .toArray(String[]::new));
        for (JsonObject object : objects) {
            rows.add(Arrays.stream(members)
                    .map(member -> cell(member, object.get(member)))
                    .toArray(String[]::new));
        }
        int[] widths = new int[members.length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        rows.forEach(row -> out.println(line(row, widths)));
    }

    /** A member's value as one word or phrase; {@code -} where there is none. */
    static String cell(String member, @Nullable JsonElement value) {
        if (value == null || value.isJsonNull()) {
            return "-";
        }
        if (value instanceof JsonArray array) {
            StringJoiner joined = new StringJoiner(", ");
            array.forEach(element -> joined.add(cell(member, element)));
            return array.isEmpty() ? "-" : joined.toString();
        }
        if (value instanceof JsonObject object) {
            StringJoiner joined = new StringJoiner(" ");
            object.entrySet().forEach(e -> joined.add(cell(e.getKey(), e.getValue())));
            return joined.toString();
        }
        String text = Printable.line(value.getAsString());
        if (member.endsWith("_s") && value.getAsJsonPrimitive().isNumber()) {
            return duration(value.getAsLong());
        }
        return text.isEmpty() ? "-" : text;
    }

    /** Seconds as {@code 3d 4h}, {@code 5m 6s}: the two largest units. */
    static String duration(long seconds) {
        if (seconds >= 86_400) {
            return seconds / 86_400 + "d " + seconds % 86_400 / 3600 + "h";
        }
        if (seconds >= 3600) {
            return seconds / 3600 + "h " + seconds % 3600 / 60 + "m";
        }
        return seconds >= 60 ? seconds / 60 + "m " + seconds % 60 + "s" : seconds + "s";
    }

    private static List<JsonObject> objects(JsonElement list) {
        List<JsonObject> objects = new ArrayList<>();
        if (list instanceof JsonArray array) {
            array.forEach(element -> {
                if (element instanceof JsonObject object) {
                    objects.add(object);
                }
            });
        }
        return objects;
    }

    private static String line(String[] cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            line.append(cells[i]);
            if (i < cells.length - 1) {
                line.repeat(" ", widths[i] - cells[i].length() + 2);
            }
        }
        return line.toString();
    }
}
