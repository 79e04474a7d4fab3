package dev.nullbox.rpc;

import java.util.Optional;

/**
 * Peer of a Unix socket as the kernel reports it (SO_PEERCRED, unix(7)): names of user and group, or numbers without
 * names.
 *
 * @param operator the operator on whose behalf the gateway calls; accepted from the gateway's user only
 */
public record Caller(String user, String group, Optional<Operator> operator) {
    /** A caller on its own behalf. */
    public Caller(String user, String group) {
        this(user, group, Optional.empty());
    }

    /** The caller's name in events and records: the operator's where there is one, else the user's. */
    public String name() {
        return operator.map(Operator::name).orElse(user);
    }

    Caller onBehalfOf(Optional<Operator> someone) {
        return new Caller(user, group, someone);
    }
}
