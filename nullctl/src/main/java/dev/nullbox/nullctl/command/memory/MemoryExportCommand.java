package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.MemoryTransfers;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.nullctl.terminal.NewFile;
import dev.nullbox.nullctl.terminal.UsageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl memory export FILE}. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = {
            "Writes keys with their history, or single nodes, with all they may come from, to one new file.",
            "That is what their authors had read too, of whatever key; what is held back stays so where it is imported."
        },
        footer = {
            "",
            "Examples:",
            "  nullctl memory export hello.export --prefix hello/",
            "  nullctl memory export plan.export --node hello/plan"
        })
final class MemoryExportCommand extends Verb {
    @Parameters(paramLabel = "FILE", description = "The file to make; it appears when it is whole.")
    private Path file = Path.of("");

    @Option(names = "--force", description = "Replace FILE if it is there.")
    private boolean force;

    @Option(names = "--prefix", paramLabel = "PREFIX", description = "Only keys that begin so; all when not given.")
    private String prefix = "";

    @Option(
            names = "--node",
            paramLabel = "NODE",
            description = "This one instead: KEY, KEY@SEQ or an id; may be given more than once.")
    private List<String> nodes = List.of();

    @Override
    protected void perform() throws Exception {
        if (!prefix.isEmpty() && !nodes.isEmpty()) {
            throw new UsageException("--prefix and --node: only one of them");
        }
        try (NewFile made = NewFile.at(file, force);
                ApplianceClient appliance = session().connect()) {
            JsonObject params = new JsonObject();
            if (!prefix.isEmpty()) {
                params.addProperty("prefix", prefix);
            }
            List<String> ids = new ArrayList<>();
            for (String node : nodes) {
                ids.add(NodeName.id(appliance, node));
            }
            Sources.add(params, "ids", ids);
            Answer begun = askLong(appliance, "memory.export", params);
            MemoryTransfers.receive(appliance, begun, made);
            made.commit();
            out().println(begun.count("nodes") + " nodes, " + begun.count("held") + " of them held back, "
                    + begun.count("bytes") + " bytes written to " + file);
        }
    }
}
