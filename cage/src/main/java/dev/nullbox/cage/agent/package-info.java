/**
 * Agents and their lives.
 *
 * <p>{@code AgentCatalog} finds them, {@code SlotTable} keeps their places. {@code AgentRunner} takes events one by one, asks
 * the pure table {@code AgentLifecycle} for the transition and performs its actions. {@code AgentRun} starts one run step by
 * step and {@code ProcessMonitor} reads its output and reaps it. Every step has a cleanup: after a run nothing of it may be
 * left, neither process nor rule, lease or interface. No process is signalled by its number.
 */
@NullMarked
package dev.nullbox.cage.agent;

import org.jspecify.annotations.NullMarked;
