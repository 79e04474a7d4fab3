package dev.nullbox.nullctl.command.egress;

import picocli.CommandLine.Command;

/** {@code nullctl egress list [AGENT]}. */
@Command(
        name = "list",
        description = "Lists what running agents may reach.",
        footer = {"", "Example: nullctl egress list hello"})
final class EgressListCommand extends EgressListing {}
