package dev.nullbox.nullctl;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code nullctl egress [AGENT]}: what agents may reach. */
@Command(name = "egress", mixinStandardHelpOptions = true, description = "Lists what running agents may reach.")
final class EgressCommand implements Callable<Integer> {
    @ParentCommand
    private @Nullable NullctlMain parent;

    @Parameters(paramLabel = "AGENT", arity = "0..1", description = "Only this one.")
    private String agent = "";

    @Option(names = "--json", description = "Print the appliance's answer as one JSON array.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        NullctlMain main = Commands.main(parent);
        JsonElement all = Commands.call(main, "egress.list", new JsonObject());
        JsonElement agents = agent.isEmpty() ? all : only(all);
        if (json) {
            main.io().out().println(Json.write(agents));
        } else {
            print(main.io().out(), agents);
        }
        return 0;
    }

    private static void print(PrintWriter out, JsonElement agents) {
        if (!(agents instanceof JsonArray list) || list.isEmpty()) {
            out.println("no agent runs: nothing is reached");
            return;
        }
        for (JsonElement element : list) {
            if (element instanceof JsonObject entry) {
                out.println(Table.cell("agent", entry.get("agent")) + " by "
                        + Table.cell("interface", entry.get("interface")) + " as "
                        + Table.cell("address", entry.get("address")));
                if (entry.get("rules") instanceof JsonArray rules) {
                    rules.forEach(rule -> out.println("  " + Table.cell("rule", rule)));
                }
            }
        }
    }

    private JsonArray only(JsonElement all) throws RpcException {
        JsonArray found = new JsonArray();
        if (all instanceof JsonArray list) {
            for (JsonElement entry : list) {
                if (entry instanceof JsonObject rules && agent.equals(Table.cell("agent", rules.get("agent")))) {
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
