package dev.nullbox.protocol;

import java.util.Set;

/**
 * Callers of a method. On a Unix socket they are known by their user (SO_PEERCRED, unix(7)), on an agent's listener by
 * the address that was called.
 */
public enum Audience {
    /** Host services that run as root; the gateway passes no such call on. */
    HOST,
    /** The packet filter, which runs as its own user and reads hostile bytes; for methods that tell it nothing. */
    EGRESS,
    /** The gate, which runs as its own user and reads hostile bytes; for methods that give it what it puts in. */
    GATE_ALONE,
    /** Operators too, by way of the gateway. */
    OPERATORS,
    /** Agents too, each on its own listener. */
    AGENTS;

    /** The user of host services that start agents. */
    public static final String ROOT = "root";

    /** The gateway's user, which calls for operators. */
    public static final String GATEWAY = "gateway";

    /** The gate's user. */
    public static final String GATE = "gate";

    /** Users of the appliance who may call on the service's socket. */
    public Set<String> users() {
        return switch (this) {
            case HOST -> Set.of(ROOT);
            case EGRESS -> Set.of(ROOT, Service.EGRESS.key());
            case GATE_ALONE -> Set.of(ROOT, GATE);
            case OPERATORS, AGENTS -> Set.of(ROOT, GATEWAY);
        };
    }
}
