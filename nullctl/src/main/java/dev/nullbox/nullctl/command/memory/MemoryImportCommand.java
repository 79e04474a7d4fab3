package dev.nullbox.nullctl.command.memory;

import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.MemoryTransfers;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.nullctl.terminal.LocalFile;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code nullctl memory import FILE}. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = "Adds what an exported file holds.",
        footer = {"", "Example: nullctl memory import hello.export"})
final class MemoryImportCommand extends Verb {
    @Parameters(paramLabel = "FILE", description = "What memory export made.")
    private Path file = Path.of("");

    @Override
    protected void perform() throws Exception {
        try (LocalFile source = LocalFile.open(file);
                ApplianceClient appliance = session().connect()) {
            MemoryTransfers.Sent sent = MemoryTransfers.send(appliance, source);
            Answer added = askLong(appliance, "memory.import", ApplianceClient.params("transfer", sent.transfer()));
            out().println(added.count("nodes") + " nodes, " + added.count("entries") + " entries, "
                    + added.count("chunks") + " chunks imported");
        }
    }
}
