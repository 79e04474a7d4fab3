package dev.nullbox.nullctl.command;

import com.google.gson.JsonElement;
import dev.nullbox.nullctl.terminal.Table;
import dev.nullbox.protocol.Field;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code -o}, the form of a listing: the same in every command that prints a list. */
public final class ListOption extends JsonOption {
    private enum Form {
        json,
        wide,
        name
    }

    @Option(
            names = "-o",
            paramLabel = "FORM",
            description = {"json, as --json; wide, a table of any width; name, the first", "column alone, for loops."})
    private @Nullable Form form;

    @Override
    public boolean isGiven() {
        return form == Form.json || super.isGiven();
    }

    /** Prints a list as a table, as received, or its first column. */
    public void print(PrintWriter out, JsonElement list, String nothing, Field<?>... columns) {
        if (print(out, list)) {
            return;
        }
        if (form == Form.name) {
            Table.printFirst(out, list, columns[0]);
        } else {
            Table.print(out, list, nothing, form == Form.wide ? Integer.MAX_VALUE : Table.USUAL_WIDTH, columns);
        }
    }
}
