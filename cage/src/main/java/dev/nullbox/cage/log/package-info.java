/**
 * Output of agents, kept in a bounded ring of files for each: its bytes as received, with wall-clock times, the two
 * streams apart.
 *
 * <p>Data comes from {@code guest} as bytes; {@code OutputQueue} takes them without ever waiting; one writing thread of
 * {@code AgentLogs} cuts them into lines ({@code LineCutter}) and appends them to the agent's {@code AgentLog}; {@code
 * LogMethods} answers {@code logs.*}. Threat: an agent that floods its output; queue and rings are bounded, an agent's
 * guaranteed part cannot be used by another, and lost output is counted, with the count in its place.
 */
@NullMarked
package dev.nullbox.cage.log;

import org.jspecify.annotations.NullMarked;
