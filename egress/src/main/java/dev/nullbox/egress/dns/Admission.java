package dev.nullbox.egress.dns;

import dev.nullbox.rpc.RpcException;
import java.time.Duration;
import java.util.List;

/** Interface of the packet filter for the resolver. */
public interface Admission {
    /**
     * Lets an agent reach ports for so long, if these are still its names: its policy may have changed since its query.
     *
     * @throws RpcException when they are not, or the kernel refuses it
     */
    void admit(AgentNames agent, List<NamedPort> ports, Duration time) throws RpcException;

    /**
     * Lets an agent reach ports until a time is over, as an operator allowed it.
     *
     * @throws RpcException when it still cannot
     */
    void grant(AgentNames agent, List<NamedPort> ports, Duration time) throws RpcException;

    /** Places that an operator allowed the agent for a time, those that cover a name. */
    List<Grants.Grant> granted(AgentNames agent, String asked);

    /** The time that such a place has left. */
    Duration left(Grants.Grant grant);
}
