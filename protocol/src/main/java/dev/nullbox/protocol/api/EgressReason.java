package dev.nullbox.protocol.api;

import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Reason;

/** Egress' reasons. */
public enum EgressReason implements Reason {
    EGRESS_NO_IPV6(ErrorKind.INVALID_PARAMS, "an entry of network.allow is an IPv6 address, and agents have IPv4 only"),
    EGRESS_ADDRESS_RESERVED(ErrorKind.INVALID_PARAMS, "an entry of network.allow lies in the agents' own network"),
    EGRESS_BAD_TARGET(ErrorKind.INVALID_PARAMS, "an entry of network.allow is no target at all"),
    NO_RULES(ErrorKind.NOT_FOUND, "the agent does not run, so that it reaches nothing; nullctl says it"),
    EGRESS_BAD_AGENT(ErrorKind.INVALID_PARAMS, "the agent's name, interface or addresses do not fit together"),
    EGRESS_APPLY_FAILED(ErrorKind.UNAVAILABLE, "the kernel refused the rules; none of the agent's are in force"),
    EGRESS_READ_BACK_DIFFERS(
            ErrorKind.UNAVAILABLE, "the kernel holds other rules than it was given; none of the agent's are in force");

    @SuppressWarnings("ImmutableEnumChecker") // strings and an enum
    private final Details details;

    EgressReason(ErrorKind kind, String meaning, String... remedy) {
        details = new Details(kind, meaning, String.join("", remedy));
    }

    @Override
    public Details details() {
        return details;
    }
}
