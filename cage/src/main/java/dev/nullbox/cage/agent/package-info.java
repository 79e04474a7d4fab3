/**
 * Agents and their life cycle.
 *
 * <p>{@code AgentCatalog} finds them, {@code SlotTable} assigns their slots. {@code AgentRunner} takes events one by
 * one, looks the transition up in the pure table {@code AgentLifecycle} and performs its actions. {@code AgentRun}
 * starts one run step by step and {@code ProcessMonitor} reads its output and reaps it.
 *
 * <p>Invariants: every step has a cleanup, so that nothing of a run is left after its end, neither process nor rule,
 * lease or interface; no process is signalled by its number. Data comes from AGENT.toml by way of {@code manifest},
 * rules go to egress, leases come from warden, listeners from ctxgraph ({@code ServiceClients}).
 */
@NullMarked
package dev.nullbox.cage.agent;

import org.jspecify.annotations.NullMarked;
