package dev.nullbox.ctxgraph;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.RpcException;

/**
 * What all agents' doors have in common.
 *
 * @param memory what they open to
 * @param methods the same by name, as {@code memory.put}
 * @param turns who may hold a request in memory
 */
record HttpService(Memory memory, Methods methods, HttpTurns turns) {
    /** The methods {@code memory.*} that agents may call. */
    @FunctionalInterface
    interface Methods {
        /**
         * One call of an agent.
         *
         * @throws RpcException to answer with an error; NO_METHOD when there is no such method for agents
         */
        JsonElement call(Actor actor, String method, JsonObject params) throws RpcException;
    }
}
