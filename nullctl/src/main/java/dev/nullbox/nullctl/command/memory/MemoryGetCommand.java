package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.nullctl.terminal.Bytes;
import dev.nullbox.nullctl.terminal.NewFile;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.service.TerminalText;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl memory get NODE}. */
@Command(
        name = "get",
        mixinStandardHelpOptions = true,
        description = {
            "Shows a value.",
            "As JSON on one line; with --output its bytes go to a new file, or to standard output when FILE is -: a text as it is, a blob whole, anything else as JSON."
        },
        footer = {
            "",
            "Examples:",
            "  nullctl memory get hello/greeting",
            "  nullctl memory get hello/photo --output photo.jpg",
            "  nullctl memory get hello/plan@41 --json | jq -r .agent"
        })
final class MemoryGetCommand extends Verb {
    @Parameters(paramLabel = "NODE", description = "KEY, KEY@SEQ or an id.")
    private String node = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write the value's bytes there.")
    private @Nullable Path output;

    @Option(names = "--force", description = "Replace FILE if it is there.")
    private boolean force;

    @Option(
            names = "--not-influenced-by",
            paramLabel = "SOURCE",
            description = "Refuse a value that this agent or node influenced; may be given more than once.")
    private List<String> sources = List.of();

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void perform() throws Exception {
        if (json.isGiven() && output != null) {
            throw new UsageException("--json prints the answer, --output writes the value: only one of them");
        }
        if (output == null || output.equals(Path.of("-"))) {
            try (ApplianceClient appliance = session().connect()) {
                print(appliance, read(appliance));
            }
            return;
        }
        try (NewFile file = NewFile.at(output, force);
                ApplianceClient appliance = session().connect()) {
            long bytes = NodeValue.write(appliance, read(appliance), file::write);
            file.commit();
            out().println(bytes + " bytes written to " + output);
        }
    }

    private void print(ApplianceClient appliance, JsonElement found) throws Exception {
        if (output != null) {
            NodeValue.write(appliance, found, piece -> Bytes.print(io(), piece));
        } else if (json.isGiven()) {
            out().println(TerminalText.json(found));
        } else {
            out().println(TerminalText.json(Answer.of("memory.get", found).any("value")));
        }
    }

    private JsonElement read(ApplianceClient appliance) throws Exception {
        JsonObject params = NodeName.isKey(node)
                ? ApplianceClient.params("key", node)
                : ApplianceClient.params("id", NodeName.id(appliance, node));
        Sources.add(params, "not_influenced_by", sources);
        return appliance.call("memory.get", params);
    }
}
