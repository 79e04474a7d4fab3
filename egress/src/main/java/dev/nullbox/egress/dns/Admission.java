package dev.nullbox.egress.dns;

import dev.nullbox.rpc.RpcException;
import java.time.Duration;
import java.util.List;

/** The packet filter, as the resolver needs it. */
@FunctionalInterface
public interface Admission {
    /**
     * Lets an agent reach ports for so long, if these are its names still: a policy may have changed since it asked.
     *
     * @throws RpcException when it still cannot
     */
    void admit(AgentNames agent, List<NamedPort> ports, Duration time) throws RpcException;
}
