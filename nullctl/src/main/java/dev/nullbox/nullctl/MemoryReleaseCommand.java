package dev.nullbox.nullctl;

import com.google.gson.JsonObject;
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
    void perform() throws Exception {
        JsonObject params = new JsonObject();
        params.addProperty("quarantine", quarantine);
        Answer released = Answer.of("memory.release", ask("memory.release", params));
        out().println("quarantine " + quarantine + " ended: nodes released: " + released.count("nodes"));
    }
}
