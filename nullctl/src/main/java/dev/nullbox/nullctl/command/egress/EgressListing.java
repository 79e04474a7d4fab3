package dev.nullbox.nullctl.command.egress;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.command.BaseCommand;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.terminal.CellFormat;
import dev.nullbox.nullctl.terminal.Table;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.api.EgressReason;
import dev.nullbox.rpc.RpcException;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Targets that running agents may reach, with the packets to each. */
abstract class EgressListing extends BaseCommand {
    @Parameters(paramLabel = "AGENT", arity = "0..1", description = "Only this one.")
    private Optional<String> agent = Optional.empty();

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected final void execute() throws Exception {
        JsonArray agents = new JsonArray();
        for (JsonElement entry : ask(EgressContract.LIST).getAsJsonArray()) {
            if (entry instanceof JsonObject rules
                    && (agent.isEmpty() || agent.get().equals(CellFormat.of(rules, Fields.AGENT)))) {
                agents.add(rules);
            }
        }
        if (agents.isEmpty() && agent.isPresent()) {
            throw new RpcException(
                    EgressReason.NO_RULES,
                    "there are no rules for " + agent.get() + ": it does not run, so it reaches nothing",
                    Fields.AGENT.name());
        }
        if (!json.print(out(), agents)) {
            print(agents);
        }
    }

    private void print(JsonArray agents) {
        if (agents.isEmpty()) {
            out().println("no agent runs: nothing is reached");
        }
        for (JsonElement element : agents) {
            JsonObject entry = element.getAsJsonObject();
            out().println(CellFormat.of(entry, Fields.AGENT) + " by " + CellFormat.of(entry, EgressContract.INTERFACE)
                    + " as " + CellFormat.of(entry, Fields.ADDRESS));
            Table.print(
                    out(),
                    entry.get(EgressContract.ENTRIES.name()),
                    "reaches nothing outside",
                    EgressContract.ENTRY,
                    EgressContract.KIND,
                    EgressContract.PACKETS,
                    EgressContract.ANSWERS,
                    EgressContract.LEFT,
                    EgressContract.SECRETS);
            Table.print(
                    out(),
                    entry.get(EgressContract.STOPS.name()),
                    "nothing was stopped",
                    EgressContract.PACKETS,
                    Fields.REASON);
        }
    }
}
