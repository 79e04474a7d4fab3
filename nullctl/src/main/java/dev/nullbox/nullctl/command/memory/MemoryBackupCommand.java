package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.MemoryTransfers;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.nullctl.terminal.NewFile;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl memory backup FILE}. */
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        description = "Writes all of shared memory, as it is now, to one new file.",
        footer = {"", "Example: nullctl memory backup memory.db"})
final class MemoryBackupCommand extends Verb {
    @Parameters(paramLabel = "FILE", description = "The file to make; it appears when it is whole.")
    private Path file = Path.of("");

    @Option(names = "--force", description = "Replace FILE if it is there.")
    private boolean force;

    @Override
    protected void perform() throws Exception {
        try (NewFile made = NewFile.at(file, force);
                ApplianceClient appliance = session().connect()) {
            Answer begun = askLong(appliance, "memory.backup", new JsonObject());
            MemoryTransfers.receive(appliance, begun, made);
            made.commit();
            out().println(begun.count("bytes") + " bytes written to " + file);
            out().flush();
            Damage.tell(io().err(), begun, "in the backup as in the store");
        }
    }
}
