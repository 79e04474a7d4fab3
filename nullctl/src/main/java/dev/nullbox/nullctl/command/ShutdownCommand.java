package dev.nullbox.nullctl.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code nullctl shutdown}: powers the appliance off, or boots it anew. */
@Command(
        name = "shutdown",
        mixinStandardHelpOptions = true,
        description = "Stops all agents and services in order, then powers off.",
        footer = {"", "Example: nullctl shutdown --reboot"})
public final class ShutdownCommand extends Verb {
    @Option(names = "--reboot", description = "Boot again instead of powering off.")
    private boolean reboot;

    @Override
    protected void perform() throws Exception {
        ask(reboot ? "nulld.reboot" : "nulld.shutdown");
        out().println(reboot ? "the appliance is rebooting" : "the appliance is powering off");
    }
}
