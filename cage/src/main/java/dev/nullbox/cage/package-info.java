/**
 * Process that runs agents: {@code CageMain} is the daemon, or one of the two stages of an agent's process.
 *
 * <p>{@link dev.nullbox.cage.CageDaemon} loads the catalog, assigns slots, starts a thread for each agent and serves the
 * methods of {@code AgentContract}. Data flows from AGENT.toml over the firewall, the secrets and the jail to the running
 * microVM. No agent may ever run without its firewall rules, nor outside its sandbox.
 */
@NullMarked
package dev.nullbox.cage;

import org.jspecify.annotations.NullMarked;
