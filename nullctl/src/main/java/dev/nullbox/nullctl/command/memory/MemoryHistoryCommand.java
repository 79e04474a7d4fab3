package dev.nullbox.nullctl.command.memory;

import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.command.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl memory history KEY}. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description = "Lists a key's entries, the newest first.",
        footer = {"", "Example: nullctl memory history hello/plan -n 10"})
final class MemoryHistoryCommand extends Verb {
    @Parameters(paramLabel = "KEY", description = "SPACE/NAME, as hello/greeting.")
    private String key = "";

    @Option(
            names = {"-n", "--max"},
            paramLabel = "N",
            defaultValue = "100",
            description = "At most so many; ${DEFAULT-VALUE} when not given, 0 for all.")
    private int max;

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void perform() throws Exception {
        try (ApplianceClient appliance = session().connect()) {
            Pages.read(appliance, "memory.history", ApplianceClient.params("key", key), "before", max)
                    .print(
                            io(),
                            json,
                            "the key was never written",
                            "seq",
                            "kind",
                            "agent",
                            "run",
                            "bytes",
                            "quarantined",
                            "node");
        }
    }
}
