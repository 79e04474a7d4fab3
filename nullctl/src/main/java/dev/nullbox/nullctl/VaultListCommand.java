package dev.nullbox.nullctl;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code nullctl vault list}: names, versions and times, never values. */
@Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the secrets' names, versions and times.")
final class VaultListCommand implements Callable<Integer> {
    @ParentCommand
    private @Nullable VaultCommand parent;

    @Option(names = "--json", description = "Print the appliance's answer as one JSON array.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        NullctlMain main = VaultCommand.main(parent);
        JsonElement list = Commands.call(main, "vault.list", new JsonObject());
        if (!json) {
            showTimes(list);
        }
        Commands.print(main, list, json, "the vault is empty", "name", "version", "created");
        return 0;
    }

    /** Seconds since 1970 become times in UTC. */
    private static void showTimes(JsonElement list) {
        if (list instanceof JsonArray array) {
            for (JsonElement entry : array) {
                if (entry instanceof JsonObject secret && secret.has("created")) {
                    long seconds = secret.get("created").getAsLong();
                    secret.addProperty("created", Instant.ofEpochSecond(seconds).toString());
                }
            }
        }
    }
}
