/**
 * Programs that operators run in agents' guests ({@code agent.exec.*}). {@code ExecMethods} answers the calls; {@code
 * ExecSessions} bounds the programs and closes those whose operator is gone; each session is an {@code ExecSession} of
 * {@code guest}. Output and input pass in chunks with a window, so that neither a program nor an operator can fill
 * cage's memory.
 */
@NullMarked
package dev.nullbox.cage.exec;

import org.jspecify.annotations.NullMarked;
