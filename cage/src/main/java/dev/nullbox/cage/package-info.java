/**
 * Cage, the process that runs agents: {@code CageMain} is the daemon, or one of the two stages of an agent's process.
 *
 * <p>{@link dev.nullbox.cage.CageDaemon} loads the catalog, assigns slots, starts a thread for each agent and serves
 * the methods of {@code AgentContract}. Data flows from AGENT.toml over the firewall ({@code egress}), the secrets
 * ({@code warden}), the disks and the jail to the running microVM, and back as output and reports of its guest.
 *
 * <p>Invariants: no agent runs without its firewall rules, nor outside its sandbox; whatever a run has set up is
 * cleaned up when it ends, however it ends. Threat: a guest, and a VMM that its guest has taken over, are hostile.
 */
@NullMarked
package dev.nullbox.cage;

import org.jspecify.annotations.NullMarked;
