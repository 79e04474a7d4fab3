package dev.nullbox.nullctl.command.agent;

import com.google.gson.JsonElement;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.BaseCommand;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.DeployContract;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.service.TerminalText;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code nullctl agent apply}: another AGENT.toml for an agent, and for its runs as far as they can change. */
@Command(
        name = "apply",
        description = {
            "Gives an agent another AGENT.toml, and keeps its image.",
            "Its runs take over network.allow, max_cpu_percent and health_check at once, and its log its bounds; what else"
                    + " differs waits for the next start, and is named. FILE names the agent, which was added before. An"
                    + " agent that may more than before is refused, unless --accept-growth names that growth."
        },
        footer = {
            "",
            "Connections to places that are no longer allowed end. The number of a guest's",
            "processors and its memory are those of its start.",
            "",
            "Example: nullctl agent apply AGENT.toml"
        })
final class AgentApplyCommand extends BaseCommand {
    @Parameters(paramLabel = "FILE", description = "The agent's new AGENT.toml.")
    private Path file = Path.of("");

    @Mixin
    private GrowthOption growth = new GrowthOption();

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void execute() throws Exception {
        ManifestFile manifest = ManifestFile.read(file);
        AgentName agent = manifest.checked().agent().name();
        JsonElement answer;
        try (ApplianceClient appliance = session().connect()) {
            answer = appliance.ask(
                    DeployContract.APPLY,
                    Message.of(Fields.AGENT.is(agent.value()))
                            .and(manifest.send(appliance))
                            .and(DeployContract.ACCEPT_GROWTH, growth.hash()));
        }
        if (!json.print(out(), answer)) {
            print(agent, ApplianceClient.decode(DeployContract.APPLY, answer));
        }
    }

    private void print(AgentName agent, Message applied) {
        List<String> now = applied.get(DeployContract.IN_FORCE);
        List<String> later = applied.get(DeployContract.AT_NEXT_START);
        line(agent + " version " + applied.get(DeployContract.VERSION)
                + (now.isEmpty() && later.isEmpty() ? ": nothing differs" : ""));
        now.forEach(key -> line("  in force:      " + key));
        later.forEach(key -> line("  at next start: " + key));
        if (!later.isEmpty()) {
            line("  to start it anew: nullctl restart " + agent);
        }
    }

    private void line(String text) {
        out().println(TerminalText.line(text));
    }
}
