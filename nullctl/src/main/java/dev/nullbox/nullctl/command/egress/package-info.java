/**
 * Commands for the network of agents ({@code nullctl egress}): what running agents may reach, what was refused to them,
 * and the entries of AGENT.toml that would allow it. Each is a class or method for one method of {@link
 * dev.nullbox.protocol.api.EgressContract}. Names in refusals come from agents, and are escaped on a terminal.
 */
@NullMarked
package dev.nullbox.nullctl.command.egress;

import org.jspecify.annotations.NullMarked;
