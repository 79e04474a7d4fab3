/**
 * PID 1: the main programs of nulld and launch, the event loop, the control socket, the signals.
 *
 * <p>{@code NulldMain} runs stage 1 in the initramfs and {@code Init} in the root, both within {@code Pid1Guard}, which
 * turns every failure into a power-off or reboot. {@code Nulld} takes events from one queue ({@code NulldEvent}: children
 * that ended, services that are ready, requests) and gives them to the supervisor; {@code ControlServer} answers calls by
 * work in that queue. Nothing on that thread waits for a client, a service or a device, and the process never exits.
 */
@NullMarked
package dev.nullbox.nulld;

import org.jspecify.annotations.NullMarked;
