/**
 * The contract between cage and the init of a guest: frames on vsock, calls with tagged fields. The init's header
 * {@code guest/init/protocol.h} states the same numbers, and a test holds it to them.
 */
@NullMarked
package dev.nullbox.protocol.guest;

import org.jspecify.annotations.NullMarked;
