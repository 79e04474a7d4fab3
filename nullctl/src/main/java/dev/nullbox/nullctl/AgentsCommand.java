package dev.nullbox.nullctl;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code nullctl agents}: which agents there are, and how they are. */
@Command(name = "agents", mixinStandardHelpOptions = true, description = "Lists the agents and how they are.")
final class AgentsCommand implements Callable<Integer> {
    @ParentCommand
    private @Nullable NullctlMain parent;

    @Option(names = "--json", description = "Print the appliance's answer as one JSON array.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        NullctlMain main = Commands.main(parent);
        JsonElement agents = Commands.call(main, "agent.list", new JsonObject());
        Commands.print(
                main,
                agents,
                json,
                "no agents",
                "agent",
                "state",
                "run",
                "pid",
                "restarts",
                "exit",
                "from",
                "start",
                "problems");
        return 0;
    }
}
