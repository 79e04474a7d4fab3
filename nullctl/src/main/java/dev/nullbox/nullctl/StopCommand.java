package dev.nullbox.nullctl;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code nullctl stop AGENT}. */
@Command(name = "stop", mixinStandardHelpOptions = true, description = "Stops an agent.")
final class StopCommand implements Callable<Integer> {
    @ParentCommand
    private @Nullable NullctlMain parent;

    @Parameters(paramLabel = "AGENT", description = "Its name, as nullctl agents lists it.")
    private String agent = "";

    @Override
    public Integer call() throws Exception {
        NullctlMain main = Commands.main(parent);
        Commands.call(main, "agent.stop", Commands.params("agent", agent));
        main.io().out().println(Printable.line(agent) + ": stop asked for and accepted");
        return 0;
    }
}
