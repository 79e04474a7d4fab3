package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.BaseCommand;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.terminal.CellFormat;
import dev.nullbox.nullctl.terminal.Table;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.rpc.RpcException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl memory trace NODE}. */
@Command(
        name = "trace",
        description = "Shows what a node was made from: its parents, what its author had read, and theirs.",
        footer = {
            "",
            "Examples:",
            "  nullctl memory trace hello/plan",
            "  nullctl memory trace hello/plan@41 --descendants --json",
            "",
            "A node that was written more than once has a line for each; SEQ 0 was written where it was imported from."
        })
final class MemoryTraceCommand extends BaseCommand {
    private static final int MANIFEST_DIGITS = 8;

    @Parameters(paramLabel = "NODE", description = "KEY, KEY@SEQ or an id.")
    private String node = "";

    @Option(names = "--descendants", description = "What was made from it instead.")
    private boolean descendants;

    @Option(
            names = {"-n", "--max"},
            paramLabel = "N",
            defaultValue = "100",
            description = "At most so many, up to 1,000; ${DEFAULT-VALUE} when not given.")
    private long max;

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void execute() throws Exception {
        JsonElement found;
        try (ApplianceClient appliance = session().connect()) {
            found = appliance.ask(
                    MemoryContract.TRACE,
                    Message.of(
                            MemoryContract.ID.is(NodeRef.id(appliance, node)),
                            MemoryContract.DIRECTION.is(descendants ? "descendants" : "ancestors"),
                            MemoryContract.MAX.is(max)));
        }
        if (json.print(out(), found)) {
            return;
        }
        Table.print(
                out(),
                NodeRef.shorten(byWrite(ApplianceClient.list(found, MemoryContract.NODES))),
                "nothing",
                Fields.SEQ,
                MemoryContract.KEY,
                MemoryContract.KIND,
                Fields.AGENT,
                Fields.RUN,
                MemoryContract.MANIFEST,
                MemoryContract.QUARANTINED,
                MemoryContract.CONTACTS,
                NodeRef.NODE);
        if (!ApplianceClient.decode(MemoryContract.TRACE, found).get(MemoryContract.COMPLETE)) {
            out().flush();
            streams()
                    .err()
                    .println("nullctl: there are more: -n N shows so many nodes, with 20 writes and 50 reads of each");
        }
    }

    /** Rows of a table, one for each time that a node was written. */
    private static JsonArray byWrite(JsonArray nodes) throws RpcException {
        JsonArray rows = new JsonArray();
        for (JsonElement node : nodes) {
            JsonArray writes = ApplianceClient.list(node, MemoryContract.WRITES);
            if (writes.isEmpty()) {
                rows.add(node);
            }
            for (JsonElement write : writes) {
                JsonObject row = node.getAsJsonObject().deepCopy();
                write.getAsJsonObject().entrySet().forEach(member -> row.add(member.getKey(), member.getValue()));
                String manifest = CellFormat.of(row, MemoryContract.MANIFEST);
                row.addProperty(
                        MemoryContract.MANIFEST.name(),
                        manifest.substring(0, Math.min(MANIFEST_DIGITS, manifest.length())));
                rows.add(row);
            }
        }
        return rows;
    }
}
