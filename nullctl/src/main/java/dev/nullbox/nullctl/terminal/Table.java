package dev.nullbox.nullctl.terminal;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.protocol.Field;
import dev.nullbox.service.TerminalText;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Table of the members of a list of JSON objects, of at most a number of columns; long cells continue below. */
public final class Table {
    /** Columns of a terminal that nobody has made wider. */
    public static final int USUAL_WIDTH = 80;

    private static final int MIN_COLUMN = 8;
    private static final int GAP = 2;

    private Table() {}

    /** Prints the columns, one row an object; a text instead of an empty list. */
    public static void print(PrintWriter out, JsonElement list, String nothing, Field<?>... columns) {
        print(out, list, nothing, USUAL_WIDTH, columns);
    }

    /** Prints the columns in so many characters, one row an object; a text instead of an empty list. */
    public static void print(PrintWriter out, JsonElement list, String nothing, int width, Field<?>... columns) {
        List<JsonObject> objects = objects(list);
        if (objects.isEmpty()) {
            out.println(nothing);
            return;
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(Arrays.stream(columns)
                .map(column -> column.name()
                        .toUpperCase(Locale.ROOT)
                        .replaceFirst("_M?S$", "")
                        .replace('_', ' '))
                .toArray(String[]::new));
        for (JsonObject object : objects) {
            rows.add(Arrays.stream(columns)
                    .map(column -> CellFormat.of(object, column))
                    .toArray(String[]::new));
        }
        int[] widths = widths(rows, width);
        rows.forEach(row -> printRow(out, row, widths));
    }

    /** Prints one column without its heading. */
    public static void printFirst(PrintWriter out, JsonElement list, Field<?> column) {
        objects(list).forEach(object -> out.println(CellFormat.of(object, column)));
    }

    /** Prints the members of one object, one a line after its name, without the named ones. */
    public static void printMembers(PrintWriter out, JsonObject object, Field<?>... without) {
        Set<String> omitted = CellFormat.names(without);
        List<String> members = object.keySet().stream()
                .filter(member -> !omitted.contains(member))
                .toList();
        int width = 8;
        for (String member : members) {
            width = Math.max(width, label(member).length());
        }
        for (String member : members) {
            String[] row = {label(member), CellFormat.of(member, object.get(member))};
            printRow(out, row, new int[] {width, USUAL_WIDTH - width - GAP});
        }
    }

    private static String label(String member) {
        String plain = member.replaceFirst("_m?s$", "");
        return TerminalText.line(plain.replace('_', ' '));
    }

    private static int[] widths(List<String[]> rows, int most) {
        int[] widths = new int[rows.getFirst().length];
        int all = (widths.length - 1) * GAP;
        for (int i = 0; i < widths.length; i++) {
            for (String[] row : rows) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
            all += widths[i];
        }
        while (all > most) {
            int widest = 0;
            for (int i = 1; i < widths.length; i++) {
                widest = widths[i] > widths[widest] ? i : widest;
            }
            if (widths[widest] <= MIN_COLUMN) {
                break;
            }
            widths[widest]--;
            all--;
        }
        return widths;
    }

    private static void printRow(PrintWriter out, String[] cells, int[] widths) {
        String[] left = cells.clone();
        boolean more = true;
        while (more) {
            more = false;
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < left.length; i++) {
                int cut = cut(left[i], widths[i]);
                String piece = left[i].substring(0, cut);
                left[i] = left[i].substring(cut).stripLeading();
                more |= !left[i].isEmpty();
                line.append(piece.stripTrailing())
                        .repeat(" ", widths[i] + GAP - piece.stripTrailing().length());
            }
            out.println(line.toString().stripTrailing());
        }
    }

    /** Length of the text on this line: up to the last space that fits, or what fits; no surrogate pair is cut. */
    private static int cut(String text, int width) {
        if (text.length() <= width) {
            return text.length();
        }
        int space = text.lastIndexOf(' ', width);
        if (space > width / 2) {
            return space;
        }
        return Character.isHighSurrogate(text.charAt(width - 1)) && width > 1 ? width - 1 : width;
    }

    private static List<JsonObject> objects(@Nullable JsonElement list) {
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
}
