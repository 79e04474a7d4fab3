package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code nullctl memory quarantine}. */
@Command(
        name = "quarantine",
        mixinStandardHelpOptions = true,
        description = "Holds back all that an agent or node influenced, until released: readers get an error.",
        footer = {"", "Example: nullctl memory quarantine --influenced-by scraper --reason 'case 12'"})
final class MemoryQuarantineCommand extends Verb {
    @Option(
            names = "--influenced-by",
            paramLabel = "SOURCE",
            required = true,
            description = "An agent's name, or a node: KEY, KEY@SEQ or its id.")
    private String source = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "For whoever asks later.")
    private String reason = "";

    @Override
    protected void perform() throws Exception {
        try (ApplianceClient appliance = session().connect()) {
            boolean node = source.contains("/") || source.contains("@");
            JsonObject params = ApplianceClient.params("influenced_by", node ? NodeName.id(appliance, source) : source);
            if (!reason.isEmpty()) {
                params.addProperty("reason", reason);
            }
            Answer held = Answer.of("memory.quarantine", appliance.call("memory.quarantine", params));
            out().println("quarantine " + held.count("quarantine") + ": " + held.count("nodes")
                    + " nodes are held back; nullctl memory release " + held.count("quarantine") + " ends it");
        }
    }
}
