package dev.nullbox.nullctl.command.agent;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.nullbox.manifest.Authority;
import dev.nullbox.manifest.AuthorityDiff;
import dev.nullbox.manifest.AuthorityDiff.Change;
import dev.nullbox.nullctl.command.BaseCommand;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.terminal.UsageException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code nullctl agent diff}: the authority that grows and shrinks between two AGENT.toml. */
@Command(
        name = "diff",
        description = {
            "Says what an agent of NEW may do beyond one of OLD (+), and the reverse (-); asks no appliance.",
            "The hash of the growth is what agent add --accept-growth takes. A key that is left to the image counts as"
                    + " for an image that says nothing."
        },
        footer = {"", "Example: nullctl agent diff AGENT.toml.old AGENT.toml"})
final class AgentDiffCommand extends BaseCommand {
    @Parameters(index = "0", paramLabel = "OLD", description = "The AGENT.toml that is there.")
    private Path old = Path.of("");

    @Parameters(index = "1", paramLabel = "NEW", description = "The AGENT.toml that is to follow.")
    private Path next = Path.of("");

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void execute() throws UsageException {
        AuthorityDiff diff = AuthorityDiff.between(
                Authority.of(ManifestFile.read(old).checked()),
                Authority.of(ManifestFile.read(next).checked()));
        if (json.print(out(), json(diff))) {
            return;
        }
        diff.lines().forEach(out()::println);
        if (diff.isEmpty()) {
            out().println("both may do the same");
        } else if (!diff.growth().isEmpty()) {
            out().println("to accept the growth: --accept-growth "
                    + diff.hash().substring(0, AuthorityDiff.SHORT_HASH));
        }
    }

    private static JsonObject json(AuthorityDiff diff) {
        JsonObject result = new JsonObject();
        result.add("growth", array(diff.growth().stream().map(Change::grown).toList()));
        result.add(
                "shrinkage", array(diff.shrinkage().stream().map(Change::shrunk).toList()));
        result.addProperty("hash", diff.hash());
        return result;
    }

    private static JsonArray array(List<String> lines) {
        JsonArray array = new JsonArray();
        lines.forEach(array::add);
        return array;
    }
}
