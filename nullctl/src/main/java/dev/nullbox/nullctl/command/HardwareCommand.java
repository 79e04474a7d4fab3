package dev.nullbox.nullctl.command;

import com.google.gson.JsonElement;
import dev.nullbox.nullctl.terminal.Table;
import dev.nullbox.protocol.api.NulldContract;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code nullctl hardware}: the devices of the machine, with their drivers. */
@Command(
        name = "hardware",
        description = "Lists the devices on PCI and USB; those that this kernel has no driver for come first.",
        footer = {"", "Example: nullctl hardware --json | jq '.devices[] | select(.driver == null)'"})
public final class HardwareCommand extends BaseCommand {
    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void execute() throws Exception {
        JsonElement hardware = ask(NulldContract.HARDWARE);
        if (json.print(out(), hardware)) {
            return;
        }
        Table.print(
                out(),
                hardware.getAsJsonObject().get(NulldContract.DEVICES.name()),
                "no devices on PCI or USB",
                NulldContract.DRIVER,
                NulldContract.KIND,
                NulldContract.ID,
                NulldContract.BUS,
                NulldContract.SLOT);
    }
}
