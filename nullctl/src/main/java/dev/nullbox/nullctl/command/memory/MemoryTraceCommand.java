package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.nullctl.terminal.Cell;
import dev.nullbox.nullctl.terminal.Table;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.TerminalText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl memory trace NODE}. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        description = "Shows what a node was made from: its parents, what its author had read, and theirs.",
        footer = {
            "",
            "Examples:",
            "  nullctl memory trace hello/plan",
            "  nullctl memory trace hello/plan@41 --descendants --json",
            "",
            "A node that was written more than once has a line for each; SEQ 0 was written where it was imported from."
        })
final class MemoryTraceCommand extends Verb {
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
    private int max;

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void perform() throws Exception {
        JsonElement found;
        try (ApplianceClient appliance = session().connect()) {
            JsonObject params = ApplianceClient.params("id", NodeName.id(appliance, node));
            params.addProperty("direction", descendants ? "descendants" : "ancestors");
            params.addProperty("max", max);
            found = appliance.call("memory.trace", params);
        }
        if (json.isGiven()) {
            out().println(TerminalText.json(found));
            return;
        }
        Answer trace = Answer.of("memory.trace", found);
        Table.print(
                out(),
                NodeName.shorten(byWrite(trace.list("nodes"))),
                "nothing",
                "seq",
                "key",
                "kind",
                "agent",
                "run",
                "manifest",
                "quarantined",
                "contacts",
                "node");
        if (!trace.isTrue("complete")) {
            out().flush();
            io().err()
                    .println("nullctl: there are more: -n N shows so many nodes, with 20 writes and 50 reads of each");
        }
    }

    /** One row for each time that a node was written. */
    private static JsonArray byWrite(JsonArray nodes) throws RpcException {
        JsonArray rows = new JsonArray();
        for (JsonElement element : nodes) {
            JsonArray writes = Answer.of("memory.trace", element).list("writes");
            if (writes.isEmpty()) {
                rows.add(element);
            }
            for (JsonElement write : writes) {
                JsonObject row = element.getAsJsonObject().deepCopy();
                for (String member : new String[] {"seq", "agent", "run", "manifest", "contacts"}) {
                    row.add(member, write.getAsJsonObject().get(member));
                }
                String manifest = Cell.of("manifest", row.get("manifest"));
                row.addProperty("manifest", manifest.substring(0, Math.min(MANIFEST_DIGITS, manifest.length())));
                rows.add(row);
            }
        }
        return rows;
    }
}
