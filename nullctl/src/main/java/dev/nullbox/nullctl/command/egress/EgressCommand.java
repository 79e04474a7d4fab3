package dev.nullbox.nullctl.command.egress;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.terminal.ShortDuration;
import dev.nullbox.nullctl.terminal.Table;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.service.TerminalText;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl egress}: network targets that agents reach, and refusals; without a command as {@code list}. */
@Command(
        name = "egress",
        description = "Says what agents may reach, why not, and what they were refused.",
        synopsisSubcommandLabel = "[COMMAND]",
        footer = {
            "",
            "Examples:",
            "  nullctl egress hello",
            "  nullctl egress explain hello api.example.com",
            "  nullctl egress watch hello",
            "  nullctl egress learn hello"
        },
        subcommands = {EgressListCommand.class, EgressWatchCommand.class})
public final class EgressCommand extends EgressListing {
    @Command(
            description = {
                "Says whether a running agent reaches a place, by which entry of its AGENT.toml, and what it is told.",
                "A TARGET is HOST, HOST:PORT or HOST:PORT/udp, the host a name or an address; port 443 when none is given."
            },
            footer = {"", "Example: nullctl egress explain hello 10.1.2.3:5432"})
    void explain(
            @Parameters(paramLabel = "AGENT", description = "The agent's name.") String agent,
            @Parameters(paramLabel = "TARGET", description = "The place.") String target,
            @Mixin JsonOption json)
            throws Exception {
        JsonElement answer = ask(
                EgressContract.EXPLAIN,
                EgressContract.AGENT.is(new AgentName(agent)),
                EgressContract.TARGET.is(target));
        if (!json.print(out(), answer) && answer instanceof JsonObject members) {
            boolean isAllowed = members.get(EgressContract.ALLOWED.name()).getAsBoolean();
            out().println(TerminalText.line(agent + (isAllowed ? " reaches " : " does not reach ") + target));
            Table.printMembers(out(), members, EgressContract.ALLOWED);
        }
    }

    @Command(
            description = {
                "Prints the allow list with which all that an agent was refused is allowed.",
                "It has the entries of the agent's last run, and as few beside them as will do. A name is refused before"
                        + " its port is known, so that 443 is taken; run the agent again with it to learn another port.",
                "A host whose entry has a secret is there without it: leave that entry as it is in AGENT.toml."
            },
            footer = {"", "Example: nullctl egress learn hello"})
    void learn(
            @Parameters(paramLabel = "AGENT", description = "The agent's name.") String agent, @Mixin JsonOption json)
            throws Exception {
        JsonElement answer = ask(EgressContract.REFUSED, EgressContract.AGENT.is(new AgentName(agent)));
        if (!json.print(out(), answer)) {
            JsonArray entries = answer.getAsJsonObject().getAsJsonArray(EgressContract.LEARNT.name());
            out().println(entries.asList().stream()
                    .map(entry -> toml(entry.getAsString()))
                    .collect(Collectors.joining(", ", "allow = [", "]")));
        }
    }

    @Command(
            description = {
                "Allows a running agent one more place for a time, without a restart.",
                "It ends by itself, or with the agent's run; egress withdraw ends it sooner. A TARGET is HOST, HOST:PORT or"
                        + " HOST:PORT/udp."
            },
            footer = {"", "Example: nullctl egress allow hello api.example.com --for 1h"})
    void allow(
            @Parameters(paramLabel = "AGENT", description = "The agent's name.") String agent,
            @Parameters(paramLabel = "TARGET", description = "The place.") String target,
            @Option(
                            names = "--for",
                            paramLabel = "TIME",
                            required = true,
                            description = "How long: 90s, 10m or 1h; a day at most.")
                    String time)
            throws Exception {
        Message granted = call(
                EgressContract.GRANT,
                EgressContract.AGENT.is(new AgentName(agent)),
                EgressContract.TARGET.is(target),
                EgressContract.SECONDS.is(seconds(time)));
        out().println(TerminalText.line(agent + " reaches " + granted.get(EgressContract.ENTRY) + " for "
                + granted.get(EgressContract.SECONDS) + " s"));
    }

    @Command(
            description = "Takes a place back that egress allow gave; its connections end.",
            footer = {"", "Example: nullctl egress withdraw hello api.example.com"})
    void withdraw(
            @Parameters(paramLabel = "AGENT", description = "The agent's name.") String agent,
            @Parameters(paramLabel = "TARGET", description = "The place, as egress allow had it.") String target)
            throws Exception {
        boolean wasThere = call(
                        EgressContract.WITHDRAW,
                        EgressContract.AGENT.is(new AgentName(agent)),
                        EgressContract.TARGET.is(target))
                .get(EgressContract.REMOVED);
        out().println(TerminalText.line(target + (wasThere ? " is taken back" : " was not allowed for a time")));
    }

    private static long seconds(String time) throws UsageException {
        return ShortDuration.parse(time)
                .filter(_ -> time.matches("[1-9][0-9]{0,5}[smh]"))
                .orElseThrow(() -> new UsageException("--for " + time + " is no time; write 90s, 10m or 1h"))
                .toSeconds();
    }

    /** An entry in AGENT.toml: a string, or a table for a name with a kind of its own or with ranges. */
    private static String toml(String entry) {
        String[] parts = TerminalText.line(entry).split(" to ", 2);
        String[] place = parts[0].split(" as ", 2);
        String kind = place.length == 1 ? "" : ", kind = \"" + place[1] + "\"";
        String ranges = parts.length == 1 ? "" : ", to = [\"" + parts[1].replace(",", "\", \"") + "\"]";
        return kind.isEmpty() && ranges.isEmpty()
                ? "\"" + place[0] + "\""
                : "{ host = \"" + place[0] + "\"" + kind + ranges + " }";
    }
}
