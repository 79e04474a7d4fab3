package dev.nullbox.nullctl.command;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;

/** {@code nullctl completion bash}: prints picocli's script, which zsh reads too, and adds names of agents to it. */
@Command(
        name = "completion",
        description = {
            "Prints a script that lets bash or zsh complete nullctl's commands, options and the names of agents.",
            "For names it asks the appliance, for a second at most; one that does not answer completes nothing."
        },
        footer = {
            "",
            "Examples:",
            "  source <(nullctl completion bash)",
            "  nullctl completion bash > ~/.local/share/bash-completion/completions/nullctl"
        })
public final class CompletionCommand extends BaseCommand {
    /** The label of a parameter that is the name of an agent. */
    private static final String AGENT = "AGENT";

    /**
     * Function that completes the word after a command with names of agents. Options of nullctl itself, which say where
     * the appliance is, are passed on.
     */
    private static final String AGENTS = """

            # Names of agents after the commands that take one. The appliance is asked, for a second at most.
            function _nullctl_agents() {
              local -a options=() words=()
              local i
              for ((i = 1; i < COMP_CWORD; i++)); do
                case ${COMP_WORDS[i]} in
                --address | --credentials | --context)
                  options+=("${COMP_WORDS[i]}" "${COMP_WORDS[i + 1]}")
                  ((i++))
                  ;;
                -*) ;;
                *) words+=("${COMP_WORDS[i]}") ;;
                esac
              done
              case ${words[*]} in
              @COMMANDS@)
                timeout 1 "${COMP_WORDS[0]}" "${options[@]}" agents -o name 2>/dev/null
                ;;
              esac
            }

            function _complete_nullctl_and_agents() {
              _complete_nullctl "$@"
              local word=${COMP_WORDS[COMP_CWORD]}
              [[ $word == -* ]] && return
              local names
              names=$(_nullctl_agents)
              [[ -z $names ]] || mapfile -t COMPREPLY < <(compgen -W "$names" -- "$word")
            }

            complete -F _complete_nullctl_and_agents -o default nullctl nullctl.sh nullctl.bash
            """;

    private enum Shell {
        bash,
        zsh
    }

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
    private Shell shell = Shell.bash;

    @Override
    protected void execute() {
        CommandLine line = new CommandLine(session());
        if (shell == Shell.zsh) {
            out().println("autoload -U +X bashcompinit && bashcompinit");
        }
        out().print(AutoComplete.bash("nullctl", line));
        List<String> commands = new ArrayList<>();
        collect(line.getCommandSpec(), "", commands);
        out().print(AGENTS.replace(
                "@COMMANDS@", commands.stream().map(words -> "'" + words + "'").collect(Collectors.joining(" | "))));
    }

    /** Collects the commands whose first parameter is the name of an agent, as they are typed. */
    private static void collect(CommandSpec command, String words, List<String> found) {
        boolean takesAgent = command.positionalParameters().stream()
                .anyMatch(parameter ->
                        parameter.index().min() == 0 && parameter.paramLabel().equals(AGENT));
        if (takesAgent) {
            found.add(words);
        }
        command.subcommands()
                .forEach((name, sub) ->
                        collect(sub.getCommandSpec(), words.isEmpty() ? name : words + " " + name, found));
    }
}
