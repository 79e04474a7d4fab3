package dev.nullbox.nullctl.command;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.terminal.Table;
import dev.nullbox.service.TerminalText;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code nullctl status}: how the appliance is. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Says how the appliance and its services are.",
        footer = {"", "Example: nullctl status --json | jq -r .state"})
public final class StatusCommand extends Verb {
    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void perform() throws Exception {
        JsonElement status = ask("nulld.status");
        if (json.isGiven() || !(status instanceof JsonObject object)) {
            out().println(TerminalText.json(status));
        } else {
            print(out(), object);
        }
    }

    private static void print(PrintWriter out, JsonObject status) {
        Table.printMembers(out, status, "services");
        JsonElement services = status.get("services");
        if (services != null) {
            out.println();
            Table.print(out, services, "no services", "name", "state", "pid", "restarts", "since_s", "error");
        }
    }
}
