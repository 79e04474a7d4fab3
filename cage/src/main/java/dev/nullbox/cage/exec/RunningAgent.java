package dev.nullbox.cage.exec;

import dev.nullbox.cage.agent.AgentRunner;
import dev.nullbox.cage.guest.GuestServer;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.rpc.RpcException;

/** An agent whose program runs, and the guest that it runs in. */
public record RunningAgent(String name, GuestServer guest) {
    /**
     * The agent of a runner.
     *
     * @throws RpcException AGENT_STOPPED when its program does not run
     */
    public static RunningAgent of(AgentRunner runner) throws RpcException {
        String name = runner.agent().name();
        GuestServer guest = runner.guest()
                .orElseThrow(() -> new RpcException(
                        AgentReason.AGENT_STOPPED,
                        name + " does not run, but is "
                                + runner.snapshot().state().label() + "; start it first",
                        Fields.AGENT.name()));
        return new RunningAgent(name, guest);
    }
}
