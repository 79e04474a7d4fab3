package dev.nullbox.nullctl.command;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.NulldContract;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl events}: what happened on the appliance, without the lines that were written. */
@Command(
        name = "events",
        description = "Prints the appliance's events: seconds since boot, source, event.",
        footer = {
            "",
            "Examples:",
            "  nullctl events -w",
            "  nullctl events coder --kind agent.exited",
            "  nullctl events -w --kind vault. --json | jq -c .event"
        })
public final class EventsCommand extends BaseCommand {
    private static final int EVENTS = 100;

    @Parameters(arity = "0..1", paramLabel = "AGENT", description = "Only those of this agent.")
    private Optional<String> agent = Optional.empty();

    @Option(
            names = {"-w", "--watch"},
            description = "Go on as events come, until interrupted.")
    private boolean watch;

    @Option(
            names = "--kind",
            paramLabel = "K",
            description = "Only events of this name; with a dot at its end, all of that family. May be repeated.")
    private List<String> kinds = List.of();

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            defaultValue = "" + EVENTS,
            description = "So many from before now; else " + EVENTS + ".")
    private int lines = EVENTS;

    @Option(names = "--json", description = "Print each as one JSON object on a line.")
    private boolean json;

    @Override
    protected void execute() throws Exception {
        if (lines < 0) {
            throw new UsageException("-n is 0 or more");
        }
        new RecordLog(session(), Optional.empty(), this::isWanted, json).print(lines, watch);
    }

    /** Samples of an agent's output are the business of {@code nullctl logs}, unless they are asked for by name. */
    private boolean isWanted(JsonObject record) {
        Optional<String> event = text(record, NulldContract.EVENT);
        if (event.isEmpty() || (agent.isPresent() && !text(record, Fields.AGENT).equals(agent))) {
            return false;
        }
        String name = event.get();
        return kinds.isEmpty()
                ? !name.equals(AgentContract.CONSOLE.name())
                : kinds.stream().anyMatch(kind -> name.equals(kind) || (kind.endsWith(".") && name.startsWith(kind)));
    }

    private static Optional<String> text(JsonObject record, Field<String> field) {
        return Optional.ofNullable(record.get(field.name()))
                .filter(member -> member.isJsonPrimitive())
                .map(member -> member.getAsString());
    }
}
