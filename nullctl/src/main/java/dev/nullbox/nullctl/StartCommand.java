package dev.nullbox.nullctl;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code nullctl start AGENT}. */
@Command(name = "start", mixinStandardHelpOptions = true, description = "Starts an agent.")
final class StartCommand implements Callable<Integer> {
    @ParentCommand
    private @Nullable NullctlMain parent;

    @Parameters(paramLabel = "AGENT", description = "Its name, as nullctl agents lists it.")
    private String agent = "";

    @Override
    public Integer call() throws Exception {
        NullctlMain main = Commands.main(parent);
        Commands.call(main, "agent.start", Commands.params("agent", agent));
        main.io().out().println(Printable.line(agent) + ": start asked for and accepted");
        return 0;
    }
}
