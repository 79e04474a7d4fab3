package dev.nullbox.nullctl.command;

import com.google.gson.JsonElement;
import dev.nullbox.nullctl.command.egress.EgressCommand;
import dev.nullbox.nullctl.command.program.AttachCommand;
import dev.nullbox.nullctl.command.program.CopyCommand;
import dev.nullbox.nullctl.command.program.ExecCommand;
import dev.nullbox.nullctl.command.program.KillCommand;
import dev.nullbox.nullctl.command.program.PortForwardCommand;
import dev.nullbox.nullctl.command.program.RunCommand;
import dev.nullbox.nullctl.command.program.RunsCommand;
import dev.nullbox.nullctl.command.program.WaitCommand;
import dev.nullbox.nullctl.terminal.Table;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.protocol.api.DeployContract;
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.TerminalText;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands for the appliance as a whole and its agents. */
@Command(
        subcommands = {
            StatusCommand.class,
            HardwareCommand.class,
            AgentsCommand.class,
            LogsCommand.class,
            StatsCommand.class,
            TopCommand.class,
            ExecCommand.class,
            AttachCommand.class,
            RunCommand.class,
            RunsCommand.class,
            CopyCommand.class,
            PortForwardCommand.class,
            KillCommand.class,
            EventsCommand.class,
            WaitCommand.class,
            EgressCommand.class,
            CompletionCommand.class
        })
public abstract class ApplianceCommands extends CommandContext {
    private static final String AGENT = "Its name, as nullctl agents lists it.";
    private static final String RUN = "This run of it (nullctl runs); else its own.";

    @Command(
            description = "Starts an agent.",
            footer = {"", "Example: nullctl start hello && nullctl logs -f --source cage"})
    void start(@Parameters(paramLabel = "AGENT", description = AGENT) String agent) throws Exception {
        ask(AgentContract.AGENT_START, Fields.AGENT.is(agent));
        out().println(TerminalText.line(agent) + ": start asked for and accepted");
    }

    @Command(
            description = "Stops an agent: its microVM is asked to end, then ended.",
            footer = {"", "Examples:", "  nullctl stop hello", "  nullctl stop coder --run 7"})
    void stop(
            @Parameters(paramLabel = "AGENT", description = AGENT) String agent,
            @Option(names = "--run", paramLabel = "N", description = RUN) Optional<Long> run)
            throws Exception {
        ask(AgentContract.AGENT_STOP, Message.of(Fields.AGENT.is(agent)).and(Fields.RUN, run));
        out().println(TerminalText.line(agent) + ": stop asked for and accepted");
    }

    @Command(
            description = "Stops an agent, if it runs, and starts it: its current version runs then.",
            footer = {"", "Example: nullctl agent rollback hello && nullctl restart hello"})
    void restart(@Parameters(paramLabel = "AGENT", description = AGENT) String agent) throws Exception {
        try {
            ask(AgentContract.AGENT_STOP, Fields.AGENT.is(agent));
        } catch (RpcException e) {
            if (!e.is(AgentReason.AGENT_STOPPED)) {
                throw e;
            }
        }
        ask(AgentContract.AGENT_START, Fields.AGENT.is(agent));
        out().println(TerminalText.line(agent) + ": restart asked for and accepted");
    }

    @Command(
            description = "Prints all that is known of an agent as JSON: manifest, image, run, addresses, last end.",
            footer = {"", "Example: nullctl inspect hello | jq .address"})
    void inspect(
            @Parameters(paramLabel = "AGENT", description = AGENT) String agent,
            @Option(names = "--run", paramLabel = "N", description = RUN) Optional<Long> run)
            throws Exception {
        Message query = Message.of(Fields.AGENT.is(agent)).and(Fields.RUN, run);
        out().println(TerminalText.json(ask(AgentContract.AGENT_INSPECT, query)));
    }

    @Command(
            description = "Says how much room the data partition has for agents' disks and images.",
            footer = {"", "Example: nullctl df"})
    void df(@Mixin JsonOption json) throws Exception {
        JsonElement room = ask(DeployContract.DF);
        if (!json.print(out(), room)) {
            Table.printMembers(out(), room.getAsJsonObject());
        }
    }

    @Command(
            description = "Stops all agents and services in order, then powers off.",
            footer = {"", "Example: nullctl shutdown --reboot"})
    void shutdown(@Option(names = "--reboot", description = "Boot again instead of powering off.") boolean reboot)
            throws Exception {
        ask(reboot ? NulldContract.REBOOT : NulldContract.SHUTDOWN);
        out().println(reboot ? "the appliance is rebooting" : "the appliance is powering off");
    }
}
