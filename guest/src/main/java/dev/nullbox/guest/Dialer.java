package dev.nullbox.guest;

import dev.nullbox.natives.SyscallException;

/** Connector to the host. */
@FunctionalInterface
public interface Dialer {
    /** A new connection's descriptor. */
    int dial() throws SyscallException;
}
