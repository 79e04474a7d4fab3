/** JSON-RPC 2.0 over Unix sockets: framing, deadlines, callers known by SO_PEERCRED; and the credentials of TLS. */
@NullMarked
package dev.nullbox.rpc;

import org.jspecify.annotations.NullMarked;
