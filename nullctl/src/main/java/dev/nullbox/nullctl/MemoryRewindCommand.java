package dev.nullbox.nullctl;

import com.google.gson.JsonObject;
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
    void perform() throws Exception {
        JsonObject params = params("key", key);
        params.addProperty("to", seq);
        Answer rewound = Answer.of("memory.rewind", ask("memory.rewind", params));
        out().println(TerminalText.line(key) + "@" + rewound.count("seq") + " has the value of @" + seq + " again");
    }
}
