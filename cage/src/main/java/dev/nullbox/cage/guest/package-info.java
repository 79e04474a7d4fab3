/**
 * Host side of the guest protocol (vsock; numbers in {@link dev.nullbox.protocol.guest.GuestProtocol}).
 *
 * <p>{@code GuestServer} is the listener of one run, and takes each connection that the guest dials for its purpose:
 * {@code GuestControl} for calls to the init and its heartbeat, {@code GuestConfiguration} for what is sent once, the
 * agent's output, {@code GuestTools} and {@code ExecSession} for programs of operators. {@code FrameChannel} reads and
 * writes frames.
 *
 * <p>Threat: everything from a guest is untrusted bytes of a process that may be root there; each read has a length and
 * a time bound, text is escaped before it is shown, and a guest that breaks the protocol is killed. Invariant: the
 * daemon never connects to a guest.
 */
@NullMarked
package dev.nullbox.cage.guest;

import org.jspecify.annotations.NullMarked;
