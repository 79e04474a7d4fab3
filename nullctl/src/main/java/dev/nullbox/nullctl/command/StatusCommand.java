package dev.nullbox.nullctl.command;

import com.google.gson.JsonElement;
import dev.nullbox.nullctl.terminal.Table;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.NulldContract;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code nullctl status}: the state of the appliance and its services. */
@Command(
        name = "status",
        description = "Says how the appliance and its services are.",
        footer = {"", "Example: nullctl status --json | jq -r .state"})
public final class StatusCommand extends BaseCommand {
    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void execute() throws Exception {
        JsonElement status = ask(NulldContract.STATUS);
        if (json.print(out(), status)) {
            return;
        }
        Table.printMembers(out(), status.getAsJsonObject(), NulldContract.SERVICES);
        out().println();
        Table.print(
                out(),
                status.getAsJsonObject().get(NulldContract.SERVICES.name()),
                "no services",
                Fields.NAME,
                Fields.STATE,
                Fields.PID,
                NulldContract.RESTARTS,
                NulldContract.SINCE_S,
                NulldContract.ERROR);
    }
}
