package dev.nullbox.cage.exec;

import dev.nullbox.cage.agent.AgentRunner;
import dev.nullbox.cage.guest.GuestServer;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.rpc.RpcException;
import java.time.Duration;

/** An agent whose program runs, and the guest that it runs in. */
public record RunningAgent(String name, GuestServer guest) {
    /** Time for a guest to come up; the call that waits for it has a minute. */
    static final Duration START = Duration.ofSeconds(35);

    /**
     * The agent of a runner; one that is starting is waited for.
     *
     * @throws RpcException AGENT_STOPPED when its program does not run
     */
    public static RunningAgent of(AgentRunner runner) throws RpcException {
        String name = runner.agent().name();
        try {
            var _ = runner.awaitRunning(START);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RpcException(AgentReason.CAGE_STOPS, "cage is stopping");
        }
        GuestServer guest = runner.guest()
                .orElseThrow(() -> new RpcException(
                        AgentReason.AGENT_STOPPED,
                        name + " does not run, but is "
                                + runner.snapshot().state().label() + "; start it first",
                        Fields.AGENT.name()));
        return new RunningAgent(name, guest);
    }
}
