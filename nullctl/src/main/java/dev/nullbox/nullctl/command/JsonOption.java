package dev.nullbox.nullctl.command;

import com.google.gson.JsonElement;
import dev.nullbox.service.TerminalText;
import java.io.PrintWriter;
import picocli.CommandLine.Option;

/** {@code --json}, for programs: the same in every command. */
public class JsonOption {
    @Option(names = "--json", description = "Print the appliance's answer as JSON, on one line.")
    private boolean json;

    public boolean isGiven() {
        return json;
    }

    /** Prints a result as received, if requested; returns whether it did. */
    public final boolean print(PrintWriter out, JsonElement result) {
        if (isGiven()) {
            out.println(TerminalText.json(result));
        }
        return isGiven();
    }
}
