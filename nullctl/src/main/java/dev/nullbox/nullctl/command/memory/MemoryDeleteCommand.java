package dev.nullbox.nullctl.command.memory;

import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.service.TerminalText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code nullctl memory delete KEY}. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "Puts a tombstone under a key: its history stays, and rewind brings values back.",
        footer = {"", "Example: nullctl memory delete hello/greeting"})
final class MemoryDeleteCommand extends Verb {
    @Parameters(paramLabel = "KEY", description = "SPACE/NAME, as hello/greeting.")
    private String key = "";

    @Override
    protected void perform() throws Exception {
        Answer deleted = Answer.of("memory.delete", ask("memory.delete", ApplianceClient.params("key", key)));
        out().println(TerminalText.line(key) + " deleted by entry " + deleted.count("seq"));
    }
}
