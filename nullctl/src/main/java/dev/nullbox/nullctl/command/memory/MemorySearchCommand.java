package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.command.Verb;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl memory search TEXT}. */
@Command(
        name = "search",
        mixinStandardHelpOptions = true,
        description = "Finds values by their words, the best first.",
        footer = {"", "Example: nullctl memory search 'quarterly report' --prefix team/"})
final class MemorySearchCommand extends Verb {
    @Parameters(paramLabel = "TEXT", description = "The words.")
    private String text = "";

    @Option(names = "--prefix", paramLabel = "PREFIX", description = "Only keys that begin so.")
    private String prefix = "";

    @Option(
            names = {"-n", "--max"},
            paramLabel = "N",
            defaultValue = "20",
            description = "At most so many, up to 100; ${DEFAULT-VALUE} when not given.")
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
        JsonObject params = ApplianceClient.params("text", text);
        if (!prefix.isEmpty()) {
            params.addProperty("prefix", prefix);
        }
        params.addProperty("max", max);
        Sources.add(params, "not_influenced_by", sources);
        JsonArray hits =
                Answer.of("memory.search", ask("memory.search", params)).list("hits");
        json.print(out(), hits, "nothing found", "key", "seq", "score", "snippet");
    }
}
