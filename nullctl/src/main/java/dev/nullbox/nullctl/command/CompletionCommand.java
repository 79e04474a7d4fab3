package dev.nullbox.nullctl.command;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code nullctl completion bash}: prints picocli's script, which zsh reads too. */
@Command(
        name = "completion",
        description = "Prints a script that lets bash or zsh complete nullctl's commands and options.",
        footer = {
            "",
            "Examples:",
            "  source <(nullctl completion bash)",
            "  nullctl completion bash > ~/.local/share/bash-completion/completions/nullctl"
        })
public final class CompletionCommand extends BaseCommand {
    private enum Shell {
        bash,
        zsh
    }

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
    private Shell shell = Shell.bash;

    @Override
    protected void execute() {
        if (shell == Shell.zsh) {
            out().println("autoload -U +X bashcompinit && bashcompinit");
        }
        out().print(AutoComplete.bash("nullctl", new CommandLine(session())));
    }
}
