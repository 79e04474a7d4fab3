package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.nullctl.terminal.Table;
import dev.nullbox.service.TerminalText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code nullctl memory status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Says how much shared memory holds, of whom, and what is damaged.",
        footer = {"", "Example: nullctl memory status --json | jq .usage"})
final class MemoryStatusCommand extends Verb {
    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void perform() throws Exception {
        JsonElement status = ask("memory.status");
        if (json.isGiven() || !(status instanceof JsonObject object)) {
            out().println(TerminalText.json(status));
            return;
        }
        Table.printMembers(out(), object, "usage");
        if (object.get("usage") instanceof JsonObject usage && !usage.isEmpty()) {
            out().println();
            out().println("bytes by agent");
            Table.printMembers(out(), usage);
        }
    }
}
