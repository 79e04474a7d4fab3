package dev.nullbox.cage.exec;

import dev.nullbox.protocol.Message;
import dev.nullbox.rpc.RpcException;
import java.util.Optional;

/** Guests in which the files of agents are reached. */
@FunctionalInterface
public interface FileGuests {
    /**
     * A guest for one copy.
     *
     * @param run its run, where it is not the agent's own
     * @param close to be called after the copy
     */
    record Opened(RunningAgent agent, Optional<Long> run, Runnable close) {
        /** A guest that runs in any case. */
        public static Opened of(RunningAgent agent, Optional<Long> run) {
            return new Opened(agent, run, () -> {});
        }
    }

    /**
     * The guest of the agent or run that a request names.
     *
     * @param target where files are to be written; absent when they are only read
     * @throws RpcException when there is none
     */
    Opened open(Message request, Optional<String> target, String operator) throws RpcException;
}
