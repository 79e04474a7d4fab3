package dev.nullbox.guest;

import dev.nullbox.natives.SyscallException;

/** Connects to the host. */
@FunctionalInterface
public interface Dialer {
    /** A new connection's descriptor. */
    int dial() throws SyscallException;
}
