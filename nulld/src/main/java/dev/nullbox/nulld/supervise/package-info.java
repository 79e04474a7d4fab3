/**
 * Supervision of services.
 *
 * <p>{@code ServiceTable} lists them. {@code ServiceMachine} is a pure function of {@code ServiceState} and {@code
 * ServiceEvent} to a {@code Transition}, tested as a table; {@code Supervisor} holds the states and performs the
 * actions, on PID 1's thread alone. {@code Spawner} makes a process with its pipes; {@code Reaper} waits for every
 * process. Invariant: a service is signalled by its pidfd, never by a number that may belong to another process by
 * then.
 */
@NullMarked
package dev.nullbox.nulld.supervise;

import org.jspecify.annotations.NullMarked;
