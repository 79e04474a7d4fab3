/**
 * Commands for the appliance as a whole and its agents, and the base of all commands: {@link
 * dev.nullbox.nullctl.command.CommandContext} has the streams and the calls, {@link
 * dev.nullbox.nullctl.command.BaseCommand} is a command in a class of its own. picocli parses the arguments. What comes
 * from the appliance may come from an agent, and is escaped on a terminal; {@code --json} prints answers as received.
 */
@NullMarked
package dev.nullbox.nullctl.command;

import org.jspecify.annotations.NullMarked;
