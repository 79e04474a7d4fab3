package dev.nullbox.nullctl.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.terminal.Cell;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.TerminalText;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code nullctl egress [AGENT]}: what agents may reach. */
@Command(
        name = "egress",
        mixinStandardHelpOptions = true,
        description = "Lists what running agents may reach.",
        footer = {"", "Example: nullctl egress hello"})
public final class EgressCommand extends Verb {
    @Parameters(paramLabel = "AGENT", arity = "0..1", description = "Only this one.")
    private String agent = "";

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void perform() throws Exception {
        JsonElement all = ask("egress.list");
        JsonElement agents = agent.isEmpty() ? all : only(all);
        if (json.isGiven()) {
            out().println(TerminalText.json(agents));
        } else {
            print(out(), agents);
        }
    }

    private static void print(PrintWriter out, JsonElement agents) {
        if (!(agents instanceof JsonArray list) || list.isEmpty()) {
            out.println("no agent runs: nothing is reached");
            return;
        }
        for (JsonElement element : list) {
            if (element instanceof JsonObject entry) {
                out.println(Cell.of("agent", entry.get("agent")) + " by "
                        + Cell.of("interface", entry.get("interface")) + " as "
                        + Cell.of("address", entry.get("address")));
                if (entry.get("rules") instanceof JsonArray rules) {
                    rules.forEach(rule -> out.println("  " + Cell.of("rule", rule)));
                }
            }
        }
    }

    private JsonArray only(JsonElement all) throws RpcException {
        JsonArray found = new JsonArray();
        if (all instanceof JsonArray list) {
            for (JsonElement entry : list) {
                if (entry instanceof JsonObject rules && agent.equals(Cell.of("agent", rules.get("agent")))) {
                    found.add(rules);
                }
            }
        }
        if (found.isEmpty()) {
            throw new RpcException(
                    RpcException.Code.NOT_FOUND,
                    "NO_RULES",
                    "there are no rules for " + agent + ": it does not run, so it reaches nothing",
                    "agent");
        }
        return found;
    }
}
