package dev.nullbox.nullctl;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code nullctl vault}: the appliance's secrets. */
@Command(
        name = "vault",
        mixinStandardHelpOptions = true,
        description = "Sets, lists and deletes secrets; their values never come back out.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {VaultSetCommand.class, VaultListCommand.class, VaultDeleteCommand.class})
final class VaultCommand implements Runnable {
    @ParentCommand
    private @Nullable NullctlMain parent;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "which command? set, list or delete");
        }
    }

    static NullctlMain main(@Nullable VaultCommand vault) {
        return Commands.main(vault == null ? null : vault.parent);
    }
}
