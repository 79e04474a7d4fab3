package dev.nullbox.rpc;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Set;

/**
 * One method that a service offers.
 *
 * @param name as on the wire: {@code "agent.start"}
 * @param callers the users that may call it; any other is refused with {@link RpcException.Code#DENIED}
 * @param handler what it does
 */
public record RpcMethod(String name, Set<String> callers, Handler handler) {
    public RpcMethod {
        callers = Set.copyOf(callers);
    }

    /** Runs on a worker thread; may block within the server's call deadline. */
    @FunctionalInterface
    public interface Handler {
        /**
         * The result of one call.
         *
         * @throws RpcException to answer with an error; any other exception becomes INTERNAL without its message
         */
        JsonElement handle(Caller caller, JsonObject params) throws RpcException;
    }
}
