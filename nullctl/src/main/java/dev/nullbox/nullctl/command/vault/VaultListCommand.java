package dev.nullbox.nullctl.command.vault;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.command.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code nullctl vault list}: names, versions and times, never values. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Lists the secrets: names, versions, times, never values.",
        footer = {"", "Examples:", "  nullctl vault list --deleted", "  nullctl vault list --json | jq -r '.[].name'"})
final class VaultListCommand extends Verb {
    private static final int PAGE = 1000;

    @Option(names = "--deleted", description = "Those that are deleted but can be undeleted, too.")
    private boolean deleted;

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void perform() throws Exception {
        JsonArray all = new JsonArray();
        try (ApplianceClient appliance = session().connect()) {
            JsonObject params = new JsonObject();
            if (deleted) {
                params.addProperty("deleted", true);
            }
            JsonArray page = read(appliance, params);
            all.addAll(page);
            while (page.size() >= PAGE) {
                String last = Answer.of("vault.list", page.get(page.size() - 1)).string("name");
                params.addProperty("after", last);
                page = read(appliance, params);
                all.addAll(page);
            }
        }
        json.print(out(), all, "the vault is empty", "name", "version", "state", "canary", "created");
    }

    private static JsonArray read(ApplianceClient appliance, JsonObject params) throws Exception {
        return Answer.list("vault.list", appliance.call("vault.list", params));
    }
}
