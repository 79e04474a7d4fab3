package dev.nullbox.egress.dns;

import dev.nullbox.rpc.RpcException;
import java.time.Duration;
import java.util.List;

/** Interface of the packet filter for the resolver. */
@FunctionalInterface
public interface Admission {
    /**
     * Lets an agent reach ports for so long, if these are still its names: its policy may have changed since its query.
     *
     * @throws RpcException when they are not, or the kernel refuses it
     */
    void admit(AgentNames agent, List<NamedPort> ports, Duration time) throws RpcException;
}
