package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonElement;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.BaseCommand;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.command.OutputOptions;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.service.TerminalText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code nullctl memory get NODE}. */
@Command(
        name = "get",
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
final class MemoryGetCommand extends BaseCommand {
    @Parameters(paramLabel = "NODE", description = "KEY, KEY@SEQ or an id.")
    private String node = "";

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Mixin
    private TaintFilterOption filter = new TaintFilterOption();

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void execute() throws Exception {
        if (json.isGiven() && output.isGiven()) {
            throw new UsageException("--json prints the answer, --output writes the value: only one of them");
        }
        if (output.isGiven()) {
            output.write(streams(), this::fetch);
            return;
        }
        try (ApplianceClient appliance = session().connect()) {
            JsonElement found = read(appliance);
            if (!json.print(out(), found)) {
                out().println(TerminalText.json(found.getAsJsonObject().get(MemoryContract.VALUE.name())));
            }
        }
    }

    private void fetch(OutputOptions.Sink sink) throws Exception {
        try (ApplianceClient appliance = session().connect()) {
            long bytes = NodeValue.write(appliance, read(appliance), sink);
            output.file().ifPresent(file -> out().println(bytes + " bytes written to " + file));
        }
    }

    private JsonElement read(ApplianceClient appliance) throws Exception {
        Message which = Message.of(
                NodeRef.isKey(node) ? MemoryContract.KEY.is(node) : MemoryContract.ID.is(NodeRef.id(appliance, node)));
        return appliance.ask(MemoryContract.GET, filter.addTo(which));
    }
}
