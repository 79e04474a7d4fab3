package dev.nullbox.nullctl;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code nullctl vault delete NAME}. */
@Command(name = "delete", mixinStandardHelpOptions = true, description = "Deletes a secret for good.")
final class VaultDeleteCommand implements Callable<Integer> {
    @ParentCommand
    private @Nullable VaultCommand parent;

    @Parameters(paramLabel = "NAME", description = "The secret's name.")
    private String name = "";

    @Override
    public Integer call() throws Exception {
        NullctlMain main = VaultCommand.main(parent);
        Commands.call(main, "vault.delete", Commands.params("name", name));
        main.io().out().println(Printable.line(name) + " deleted");
        return 0;
    }
}
