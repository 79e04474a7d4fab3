package dev.nullbox.nullctl.command.agent;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.manifest.ManifestResult;
import dev.nullbox.manifest.Problem;
import dev.nullbox.nullctl.command.CommandContext;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.service.TerminalText;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code nullctl agent validate}: an AGENT.toml checked here. */
@Command(
        name = "validate",
        description = {
            "Checks an AGENT.toml and names all its problems; asks no appliance.",
            "The exit code is 0 for a good one, 2 for one with problems. What it leaves to the image is not checked."
        },
        footer = {"", "Example: nullctl agent validate AGENT.toml --json | jq -r '.problems[].field'"})
final class AgentValidateCommand extends CommandContext implements Callable<Integer> {
    private static final int PROBLEMS = 2;

    @Parameters(paramLabel = "FILE", description = "The AGENT.toml.")
    private Path file = Path.of("");

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public Integer call() throws Exception {
        ManifestFile manifest = ManifestFile.read(file);
        if (json.isGiven()) {
            List<Problem> problems =
                    manifest.result() instanceof ManifestResult.Invalid(List<Problem> found) ? found : List.of();
            json.print(out(), json(problems));
            return problems.isEmpty() ? 0 : PROBLEMS;
        }
        Manifest good = manifest.checked();
        out().println(TerminalText.line(file + ": good; agent " + good.agent().name()));
        return 0;
    }

    private static JsonObject json(List<Problem> problems) {
        JsonArray list = new JsonArray();
        for (Problem problem : problems) {
            JsonObject entry = new JsonObject();
            entry.addProperty(AgentContract.FIELD.name(), problem.fieldPath());
            entry.addProperty(AgentContract.PROBLEM.name(), problem.problem());
            entry.addProperty("remedy", problem.remedy());
            list.add(entry);
        }
        JsonObject result = new JsonObject();
        result.addProperty("valid", problems.isEmpty());
        result.add(AgentContract.PROBLEMS.name(), list);
        return result;
    }
}
