/**
 * Commands for what runs in agents' guests: programs beside an agent, runs beside its own, copies of files, connections
 * to ports. {@link dev.nullbox.nullctl.command.program.ProgramClient} passes the streams of each; the methods are those
 * of {@link dev.nullbox.protocol.api.AgentContract}.
 */
@NullMarked
package dev.nullbox.nullctl.command.program;

import org.jspecify.annotations.NullMarked;
