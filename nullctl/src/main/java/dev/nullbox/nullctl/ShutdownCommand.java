package dev.nullbox.nullctl;

import com.google.gson.JsonObject;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code nullctl shutdown}: powers the appliance off, or boots it anew. */
@Command(
        name = "shutdown",
        mixinStandardHelpOptions = true,
        description = "Stops all agents and services in order, then powers off.")
final class ShutdownCommand implements Callable<Integer> {
    @ParentCommand
    private @Nullable NullctlMain parent;

    @Option(names = "--reboot", description = "Boot again instead of powering off.")
    private boolean reboot;

    @Override
    public Integer call() throws Exception {
        NullctlMain main = Commands.main(parent);
        Commands.call(main, reboot ? "nulld.reboot" : "nulld.shutdown", new JsonObject());
        main.io().out().println(reboot ? "the appliance is rebooting" : "the appliance is powering off");
        return 0;
    }
}
