package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.command.Verb;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl memory list PREFIX}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Lists the keys that hold a value.",
        footer = {
            "",
            "Examples:",
            "  nullctl memory list hello/notes/",
            "  nullctl memory list -n 0 --json | jq -r '.[].key'"
        })
final class MemoryListCommand extends Verb {
    @Parameters(paramLabel = "PREFIX", arity = "0..1", description = "Only keys that begin so.")
    private String prefix = "";

    @Option(
            names = {"-n", "--max"},
            paramLabel = "N",
            defaultValue = "1000",
            description = "At most so many; ${DEFAULT-VALUE} when not given, 0 for all.")
    private int max;

    @Option(
            names = "--not-influenced-by",
            paramLabel = "SOURCE",
            description = "Leave out what this agent or node influenced; may be given more than once.")
    private List<String> sources = List.of();

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void perform() throws Exception {
        JsonObject params = new JsonObject();
        if (!prefix.isEmpty()) {
            params.addProperty("prefix", prefix);
        }
        Sources.add(params, "not_influenced_by", sources);
        try (ApplianceClient appliance = session().connect()) {
            Pages.read(appliance, "memory.list", params, "after", max)
                    .print(io(), json, "no keys", "key", "seq", "kind", "agent", "bytes", "quarantined", "node");
        }
    }
}
