package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.command.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code nullctl memory release N}. */
@Command(
        name = "release",
        mixinStandardHelpOptions = true,
        description = "Ends a quarantine.",
        footer = {"", "Example: nullctl memory release 3"})
final class MemoryReleaseCommand extends Verb {
    @Parameters(paramLabel = "N", description = "The quarantine's number, as memory quarantines lists it.")
    private long quarantine;

    @Override
    protected void perform() throws Exception {
        JsonObject params = new JsonObject();
        params.addProperty("quarantine", quarantine);
        Answer released = Answer.of("memory.release", ask("memory.release", params));
        out().println("quarantine " + quarantine + " ended: nodes released: " + released.count("nodes"));
    }
}
