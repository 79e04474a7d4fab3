package dev.nullbox.nullctl;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.Json;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code nullctl status}: how the appliance is. */
@Command(name = "status", mixinStandardHelpOptions = true, description = "Says how the appliance and its services are.")
final class StatusCommand implements Callable<Integer> {
    @ParentCommand
    private @Nullable NullctlMain parent;

    @Option(names = "--json", description = "Print the appliance's answer as one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        NullctlMain main = Commands.main(parent);
        try (ApplianceClient appliance = main.connect()) {
            JsonElement status = appliance.call("nulld.status", new JsonObject());
            PrintWriter out = main.io().out();
            if (json || !(status instanceof JsonObject object)) {
                out.println(Json.write(status));
            } else {
                print(out, object);
            }
        }
        return 0;
    }

    private static void print(PrintWriter out, JsonObject status) {
        for (String member : status.keySet()) {
            if (!member.equals("services")) {
                String label = member.endsWith("_s") ? member.substring(0, member.length() - 2) : member;
                out.println(
                        label + " ".repeat(Math.max(1, 10 - label.length())) + Table.cell(member, status.get(member)));
            }
        }
        JsonElement services = status.get("services");
        if (services != null) {
            out.println();
            Table.print(out, services, "no services", "name", "state", "pid", "restarts", "since_s", "error");
        }
    }
}
