package dev.nullbox.nullctl.command.memory;

import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.Transfers;
import dev.nullbox.nullctl.command.CommandContext;
import dev.nullbox.nullctl.command.NewFileOptions;
import dev.nullbox.nullctl.terminal.LocalFile;
import dev.nullbox.nullctl.terminal.NewFile;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.service.TerminalText;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands of {@code nullctl memory} that move whole files. */
abstract class MemoryFileCommands extends CommandContext {
    @Command(
            description = "Writes all of shared memory, as it is now, to one new file.",
            footer = {"", "Example: nullctl memory backup memory.db"})
    void backup(@Mixin NewFileOptions file) throws Exception {
        try (NewFile made = file.begin();
                ApplianceClient appliance = session().connect()) {
            Message begun = callLong(appliance, MemoryContract.BACKUP, Message.of());
            Transfers.receive(appliance, MemoryContract.TRANSFER, begun, made);
            made.commit();
            out().println(begun.get(Fields.BYTES) + " bytes written to " + file);
            reportDamage(begun, "in the backup as in the store");
        }
    }

    @Command(
            description = {
                "Replaces all of shared memory by a backup; what was written since is gone.",
                "So are the quarantines that were put since: look at memory quarantines before, and put them again."
            },
            footer = {"", "Example: nullctl memory restore memory.db --yes"})
    void restore(
            @Parameters(paramLabel = "FILE", description = "What memory backup made.") Path file,
            @Option(names = "--yes", description = "Yes, replace what is there.") boolean yes,
            @Option(names = "--with-damage", description = "Also a backup in which single nodes or chunks are damaged.")
                    boolean withDamage)
            throws Exception {
        if (!yes) {
            throw new UsageException("what shared memory holds now would be gone: say --yes to replace it by " + file);
        }
        try (LocalFile source = LocalFile.open(file);
                ApplianceClient appliance = session().connect()) {
            Message sent = Transfers.send(appliance, MemoryContract.TRANSFER, source);
            Message restored =
                    callLong(appliance, MemoryContract.RESTORE, sent.andIf(MemoryContract.WITH_DAMAGE, withDamage));
            out().println("restored; shared memory starts anew with it");
            reportDamage(restored, "in what was restored");
        }
    }

    @Command(
            description = {
                "Writes keys with their history, or single nodes, with all they may come from, to one new file.",
                "That is what their authors had read too, under any key; quarantines stay in force where it is imported."
            },
            footer = {
                "",
                "Examples:",
                "  nullctl memory export hello.export --prefix hello/",
                "  nullctl memory export plan.export --node hello/plan"
            })
    void export(
            @Mixin NewFileOptions file,
            @Option(
                            names = "--prefix",
                            paramLabel = "PREFIX",
                            description = "Only keys that begin so; all when not given.")
                    Optional<String> prefix,
            @Option(
                            names = "--node",
                            paramLabel = "NODE",
                            description = "This one instead: KEY, KEY@SEQ or an id; may be given more than once.")
                    @Nullable
                    List<String> nodes)
            throws Exception {
        if (prefix.isPresent() && nodes != null) {
            throw new UsageException("--prefix and --node: only one of them");
        }
        try (NewFile made = file.begin();
                ApplianceClient appliance = session().connect()) {
            Message params = Message.of().and(MemoryContract.PREFIX, prefix);
            if (nodes != null) {
                params = params.and(MemoryContract.IDS.is(NodeRef.ids(appliance, nodes)));
            }
            Message begun = callLong(appliance, MemoryContract.EXPORT, params);
            Transfers.receive(appliance, MemoryContract.TRANSFER, begun, made);
            made.commit();
            out().println(begun.get(MemoryContract.NODE_COUNT) + " nodes, " + begun.get(MemoryContract.HELD)
                    + " of them quarantined, " + begun.get(Fields.BYTES) + " bytes written to " + file);
        }
    }

    @Command(
            name = "import",
            description = "Adds what an exported file holds.",
            footer = {"", "Example: nullctl memory import hello.export"})
    void importFile(@Parameters(paramLabel = "FILE", description = "What memory export made.") Path file)
            throws Exception {
        try (LocalFile source = LocalFile.open(file);
                ApplianceClient appliance = session().connect()) {
            Message sent = Transfers.send(appliance, MemoryContract.TRANSFER, source);
            Message added = callLong(
                    appliance,
                    MemoryContract.IMPORT,
                    Message.of(TransferContract.TRANSFER.is(sent.get(TransferContract.TRANSFER))));
            out().println(added.get(MemoryContract.NODE_COUNT) + " nodes, " + added.get(MemoryContract.ENTRY_COUNT)
                    + " entries, " + added.get(MemoryContract.CHUNK_COUNT) + " chunks imported");
        }
    }

    private void reportDamage(Message result, String where) {
        out().flush();
        for (String damaged : result.get(MemoryContract.DAMAGED)) {
            streams().err().println("nullctl: damaged " + where + ": " + TerminalText.line(damaged));
        }
    }
}
