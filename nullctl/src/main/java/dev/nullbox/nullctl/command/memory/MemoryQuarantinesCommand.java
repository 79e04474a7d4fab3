package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonArray;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.command.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code nullctl memory quarantines}. */
@Command(
        name = "quarantines",
        mixinStandardHelpOptions = true,
        description = "Lists what is held back, and why.",
        footer = {"", "Example: nullctl memory quarantines --json"})
final class MemoryQuarantinesCommand extends Verb {
    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void perform() throws Exception {
        JsonArray all =
                Answer.of("memory.quarantines", ask("memory.quarantines")).list("quarantines");
        json.print(out(), all, "nothing is held back", "quarantine", "influenced_by", "seq", "nodes", "reason");
    }
}
