/**
 * The guest protocol between cage and the init of a guest: {@link dev.nullbox.protocol.guest.Frame}s on vsock, and in
 * them {@link dev.nullbox.protocol.guest.GuestCall}s with tagged fields. Threat: the guest is hostile, so that every
 * length is bounded before it is read. The init's header {@code guest/init/protocol.h} states the same numbers, and a
 * test compares the two.
 */
@NullMarked
package dev.nullbox.protocol.guest;

import org.jspecify.annotations.NullMarked;
