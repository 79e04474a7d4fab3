/**
 * The host's side of the guest protocol: frames and calls, the connections that a guest dials, its configuration, its
 * output, its end. Whatever comes from a guest is untrusted.
 */
@NullMarked
package dev.nullbox.cage.guest;

import org.jspecify.annotations.NullMarked;
