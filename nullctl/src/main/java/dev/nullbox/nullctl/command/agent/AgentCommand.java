package dev.nullbox.nullctl.command.agent;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.AgentsCommand;
import dev.nullbox.nullctl.command.CommandContext;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.command.ListOption;
import dev.nullbox.nullctl.terminal.CellFormat;
import dev.nullbox.nullctl.terminal.Table;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.DeployContract;
import dev.nullbox.protocol.api.GatewayContract;
import dev.nullbox.protocol.importer.ImportProtocol;
import dev.nullbox.service.TerminalText;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl agent}: agents that are added to a running appliance, and their versions. */
@Command(
        name = "agent",
        description = {
            "Adds agents to a running appliance, changes and removes them.",
            "Each addition is a version; the current one is what the next start takes."
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  nullctl agent validate AGENT.toml",
            "  nullctl agent add coder --manifest AGENT.toml image.tar",
            "  nullctl agent versions coder",
            "  nullctl agent rollback coder && nullctl restart coder",
            "  nullctl agent remove coder --purge"
        },
        subcommands = {
            AgentAddCommand.class,
            AgentApplyCommand.class,
            AgentDiffCommand.class,
            AgentValidateCommand.class
        })
public final class AgentCommand extends CommandContext {
    private static final String AGENT = "Its name, as nullctl agent list has it.";

    @Command(
            description = "Lists the agents and how they are; the same as nullctl agents.",
            footer = {"", "Example: nullctl agent list --json | jq -r '.[].agent'"})
    void list(@Mixin ListOption json) throws Exception {
        AgentsCommand.print(out(), json, ask(AgentContract.LIST));
    }

    @Command(
            description = "Shows an added agent: its current version, and the image that it has.",
            footer = {"", "Example: nullctl agent show coder --json | jq .result.defaults"})
    void show(@Parameters(paramLabel = "AGENT", description = AGENT) String agent, @Mixin JsonOption json)
            throws Exception {
        JsonElement answer = ask(DeployContract.SHOW, Fields.AGENT.is(agent));
        if (json.print(out(), answer)) {
            return;
        }
        for (JsonElement version : ApplianceClient.list(answer, DeployContract.VERSIONS)) {
            if (version instanceof JsonObject members
                    && members.get(DeployContract.IS_CURRENT.name()).getAsBoolean()) {
                Table.printMembers(out(), members, DeployContract.IS_CURRENT);
            }
        }
        out().println();
        Message result = ApplianceClient.decode(DeployContract.SHOW, answer).get(ImportProtocol.RESULT);
        JsonObject image = answer.getAsJsonObject().getAsJsonObject(ImportProtocol.RESULT.name());
        Table.printMembers(
                out(),
                image,
                ImportProtocol.IMAGE_DIGEST,
                ImportProtocol.LAYERS,
                ImportProtocol.DEFAULTS,
                ImportProtocol.LEFT_OUT_PATHS);
        if (!result.get(ImportProtocol.DEFAULTS).values().isEmpty()) {
            out().println();
            out().println("what the image says, and AGENT.toml may say otherwise:");
            Table.printMembers(out(), image.getAsJsonObject(ImportProtocol.DEFAULTS.name()));
        }
    }

    @Command(
            description = "Lists an added agent's versions, the newest first.",
            footer = {"", "Example: nullctl agent versions coder"})
    void versions(@Parameters(paramLabel = "AGENT", description = AGENT) String agent, @Mixin ListOption json)
            throws Exception {
        json.print(
                out(),
                ApplianceClient.list(ask(DeployContract.SHOW, Fields.AGENT.is(agent)), DeployContract.VERSIONS),
                "no versions",
                DeployContract.VERSION,
                DeployContract.IS_CURRENT,
                DeployContract.ADDED,
                GatewayContract.CLIENT,
                DeployContract.DIGEST);
    }

    @Command(
            description = {
                "Makes a former version the current one; without VERSION the one before.",
                "It may be allowed more than the current one: that was accepted when it was added."
            },
            footer = {"", "Example: nullctl agent rollback coder 3 && nullctl restart coder"})
    void rollback(
            @Parameters(index = "0", paramLabel = "AGENT", description = AGENT) String agent,
            @Parameters(
                            index = "1",
                            arity = "0..1",
                            paramLabel = "VERSION",
                            description = "Its number, as agent versions has it.")
                    Optional<Long> version)
            throws Exception {
        Message back =
                call(DeployContract.ROLLBACK, Message.of(Fields.AGENT.is(agent)).and(DeployContract.VERSION, version));
        String name = TerminalText.line(agent);
        out().println(name + ": version " + back.get(DeployContract.VERSION) + " is the current one");
        if (back.get(DeployContract.RUNS)) {
            out().println("  another version runs still; to run this one: nullctl restart " + name);
        }
    }

    @Command(
            description = "Removes an added agent that does not run; its disks are kept.",
            footer = {"", "Examples:", "  nullctl agent remove coder", "  nullctl agent remove coder --purge"})
    void remove(
            @Parameters(paramLabel = "AGENT", description = AGENT) String agent,
            @Option(names = "--purge", description = "Remove its disks too, for good.") boolean purge)
            throws Exception {
        Message removed =
                call(DeployContract.REMOVE, Message.of(Fields.AGENT.is(agent)).andIf(DeployContract.PURGE, purge));
        long bytes = removed.get(DeployContract.DISK_BYTES);
        String name = TerminalText.line(agent);
        if (bytes == 0) {
            out().println(name + " removed; it had no disks");
        } else if (purge) {
            out().println(name + " removed with its disks, which took " + CellFormat.bytes(bytes));
        } else {
            out().println(name + " removed; its disks are kept, and take " + CellFormat.bytes(bytes)
                    + ": nullctl volume list");
        }
    }

    @Command(
            description = "Removes former versions, and images that no agent's next start takes and no run uses.",
            footer = {"", "Example: nullctl agent prune && nullctl df"})
    void prune(@Mixin JsonOption json) throws Exception {
        JsonElement answer = ask(DeployContract.PRUNE);
        if (!json.print(out(), answer)) {
            Message pruned = ApplianceClient.decode(DeployContract.PRUNE, answer);
            out().println(pruned.get(DeployContract.IMAGES) + " images removed, which took "
                    + CellFormat.bytes(pruned.get(Fields.BYTES)));
        }
    }
}
