/**
 * The guest's tools: programs that an operator runs in the agent's world ({@code agent.exec}). {@link
 * dev.nullbox.guest.ToolServer} takes calls on a control connection to cage; for each, {@link
 * dev.nullbox.guest.Execution} runs one program, with a connection of its own for its streams ({@link
 * dev.nullbox.protocol.guest.Frame}s on vsock).
 *
 * <p>The tools run in the init's own namespaces, which the agent cannot reach, and enter its world by the init's {@code
 * enter} ({@link dev.nullbox.guest.Entrance}). Threats: a program that floods, never reads or outlives its connection;
 * each stream has a window, and the program is killed when the host closes the connection.
 */
@NullMarked
package dev.nullbox.guest;

import org.jspecify.annotations.NullMarked;
