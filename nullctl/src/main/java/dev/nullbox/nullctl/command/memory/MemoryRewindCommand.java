package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.service.TerminalText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl memory rewind KEY --to SEQ}. */
@Command(
        name = "rewind",
        mixinStandardHelpOptions = true,
        description = "Gives a key the value that it had at an earlier entry, by a new one.",
        footer = {"", "Example: nullctl memory rewind hello/plan --to 41"})
final class MemoryRewindCommand extends Verb {
    @Parameters(paramLabel = "KEY", description = "SPACE/NAME, as hello/greeting.")
    private String key = "";

    @Option(names = "--to", paramLabel = "SEQ", required = true, description = "The entry, as memory history lists it.")
    private long seq;

    @Override
    protected void perform() throws Exception {
        JsonObject params = ApplianceClient.params("key", key);
        params.addProperty("to", seq);
        Answer rewound = Answer.of("memory.rewind", ask("memory.rewind", params));
        out().println(TerminalText.line(key) + "@" + rewound.count("seq") + " has the value of @" + seq + " again");
    }
}
