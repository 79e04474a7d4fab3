package dev.nullbox.egress;

/** What egress refuses or fails at, as the {@code detail} of its errors; stable. */
public enum EgressCode {
    /** An entry of network.allow is a name, and the resolver that names need does not exist yet. */
    EGRESS_NAME_NEEDS_RESOLVER,
    /** An entry of network.allow is an IPv6 address, and agents have IPv4 only. */
    EGRESS_NO_IPV6,
    /** An entry of network.allow lies in the agents' own network. */
    EGRESS_ADDRESS_RESERVED,
    /** An entry of network.allow is no target at all. */
    EGRESS_BAD_TARGET,
    /** The agent's name, interface or addresses do not fit together. */
    EGRESS_BAD_AGENT,
    /** The kernel refused the rules; none of the agent's are in force. */
    EGRESS_APPLY_FAILED,
    /** The kernel holds other rules than it was given; none of the agent's are in force. */
    EGRESS_READ_BACK_DIFFERS
}
