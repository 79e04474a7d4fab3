package dev.nullbox.rpc;

import java.util.Optional;

/**
 * The other end of a Unix socket, as the kernel says (SO_PEERCRED, unix(7)): names, or numbers where they have none.
 *
 * @param operator on whose behalf the call is; only ever told by the gateway's user
 */
public record Caller(String user, String group, Optional<Operator> operator) {
    /** A caller on its own behalf. */
    public Caller(String user, String group) {
        this(user, group, Optional.empty());
    }

    /** The operator's name where there is one, else the user: as events and records name the caller. */
    public String name() {
        return operator.map(Operator::name).orElse(user);
    }

    Caller onBehalfOf(Optional<Operator> someone) {
        return new Caller(user, group, someone);
    }
}
