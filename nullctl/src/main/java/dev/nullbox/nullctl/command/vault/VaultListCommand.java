package dev.nullbox.nullctl.command.vault;

import com.google.gson.JsonArray;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.BaseCommand;
import dev.nullbox.nullctl.command.ListOption;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.VaultContract;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code nullctl vault list}: names, versions and times, never values. */
@Command(
        name = "list",
        description = "Lists the secrets: names, versions, times, never values.",
        footer = {"", "Examples:", "  nullctl vault list --deleted", "  nullctl vault list --json | jq -r '.[].name'"})
final class VaultListCommand extends BaseCommand {
    private static final long PAGE = VaultContract.MAX.otherwise().orElseThrow();

    @Option(names = "--deleted", description = "Those that are deleted but can be undeleted, too.")
    private boolean deleted;

    @Mixin
    private ListOption json = new ListOption();

    @Override
    protected void execute() throws Exception {
        JsonArray all = new JsonArray();
        try (ApplianceClient appliance = session().connect()) {
            Message params = Message.of().andIf(VaultContract.DELETED, deleted);
            JsonArray page = appliance.ask(VaultContract.LIST, params).getAsJsonArray();
            all.addAll(page);
            while (page.size() >= PAGE) {
                Message last = ApplianceClient.decode(VaultContract.LIST, page).getLast();
                params = params.and(VaultContract.AFTER_NAME.is(last.get(VaultContract.NAME)));
                page = appliance.ask(VaultContract.LIST, params).getAsJsonArray();
                all.addAll(page);
            }
        }
        json.print(
                out(),
                all,
                "the vault is empty",
                VaultContract.NAME,
                VaultContract.VERSION,
                Fields.STATE,
                VaultContract.CANARY,
                VaultContract.CREATED);
    }
}
