/**
 * The gate: a transparent proxy of agents' connections to names. The packet filter redirects them to its one listener; it
 * reads the name that a connection states ({@link dev.nullbox.gate.head}), asks egress whether this agent may reach it at
 * the address that it connected to, dials that address, and passes bytes on, TLS encrypted end to end. One thread does
 * all input and output; bytes stay in the kernel's buffers until the other side takes them.
 */
@NullMarked
package dev.nullbox.gate;

import org.jspecify.annotations.NullMarked;
