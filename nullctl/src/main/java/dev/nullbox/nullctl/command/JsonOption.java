package dev.nullbox.nullctl.command;

import com.google.gson.JsonElement;
import dev.nullbox.nullctl.terminal.Table;
import dev.nullbox.protocol.Field;
import dev.nullbox.service.TerminalText;
import java.io.PrintWriter;
import picocli.CommandLine.Option;

/** {@code --json}, for programs: the same in every command. */
public final class JsonOption {
    @Option(names = "--json", description = "Print the appliance's answer as JSON, on one line.")
    private boolean json;

    public boolean isGiven() {
        return json;
    }

    /** Prints a result as received, if requested; returns whether it did. */
    public boolean print(PrintWriter out, JsonElement result) {
        if (json) {
            out.println(TerminalText.json(result));
        }
        return json;
    }

    /** Prints a list as a table, or as received. */
    public void print(PrintWriter out, JsonElement list, String nothing, Field<?>... columns) {
        if (!print(out, list)) {
            Table.print(out, list, nothing, columns);
        }
    }
}
