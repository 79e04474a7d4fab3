package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.MemoryTransfers;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.nullctl.terminal.LocalFile;
import dev.nullbox.nullctl.terminal.UsageException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl memory restore FILE}. */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        description = {
            "Replaces all of shared memory by a backup; what was written since is gone.",
            "So are the quarantines that were put since: look at memory quarantines before, and put them again."
        },
        footer = {"", "Example: nullctl memory restore memory.db --yes"})
final class MemoryRestoreCommand extends Verb {
    @Parameters(paramLabel = "FILE", description = "What memory backup made.")
    private Path file = Path.of("");

    @Option(names = "--yes", description = "Yes, replace what is there.")
    private boolean yes;

    @Option(names = "--with-damage", description = "Also a backup in which single nodes or chunks are damaged.")
    private boolean withDamage;

    @Override
    protected void perform() throws Exception {
        if (!yes) {
            throw new UsageException("what shared memory holds now would be gone: say --yes to replace it by " + file);
        }
        try (LocalFile source = LocalFile.open(file);
                ApplianceClient appliance = session().connect()) {
            MemoryTransfers.Sent sent = MemoryTransfers.send(appliance, source);
            JsonObject params = ApplianceClient.params("transfer", sent.transfer());
            params.addProperty("sha256", sent.sha256());
            if (withDamage) {
                params.addProperty("with_damage", true);
            }
            Answer restored = askLong(appliance, "memory.restore", params);
            out().println("restored; shared memory starts anew with it");
            out().flush();
            Damage.tell(io().err(), restored, "in what was restored");
        }
    }
}
