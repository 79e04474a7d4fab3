package dev.nullbox.rpc;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.protocol.Effect;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Method that a service offers.
 *
 * @param name as on the wire: {@code "agent.start"}
 * @param callers the users that may call it; any other is refused with {@link ErrorKind#DENIED}
 * @param deadline for the handler
 * @param handler its code
 * @param quick code for those of its calls that need no worker, if there is such code
 */
public record RpcMethod(String name, Set<String> callers, Duration deadline, Handler handler, Optional<Quick> quick) {
    public RpcMethod {
        callers = Set.copyOf(callers);
    }

    /** A method that always runs on a worker. */
    public RpcMethod(String name, Set<String> callers, Duration deadline, Handler handler) {
        this(name, callers, deadline, handler, Optional.empty());
    }

    /** A method outside of the protocol, for tests of servers and clients. */
    public RpcMethod(String name, Set<String> callers, Handler handler) {
        this(name, callers, Method.LONG, handler);
    }

    /** A method of the protocol for the users of its audience. */
    public static <R> RpcMethod of(Method<R> method, Typed<R> handler) {
        return of(method, method.audience().users(), handler);
    }

    /** A method of the protocol for other users. */
    public static <R> RpcMethod of(Method<R> method, Set<String> callers, Typed<R> handler) {
        return new RpcMethod(method.name(), callers, method.deadline(), (caller, params) -> {
            Message request = Codec.decodeRequest(method.request(), params);
            if (method.effect() != Effect.SECRET) {
                return Codec.encodeAny(handler.handle(caller, request));
            }
            try {
                R result = handler.handle(caller, request);
                JsonElement encoded = Codec.encodeAny(result);
                if (result instanceof Message message) {
                    message.wipe();
                }
                return encoded;
            } finally {
                request.wipe();
            }
        });
    }

    /** The same method, with code for calls that need no worker. */
    public RpcMethod quickly(Quick code) {
        return new RpcMethod(name, callers, deadline, handler, Optional.of(code));
    }

    /**
     * The same method of the protocol, which carries no secrets, with code for calls that need no worker.
     *
     * @param code has no result for a call that a worker must run
     */
    public <R> RpcMethod quickly(Method<R> method, Typed<Optional<R>> code) {
        return quickly((caller, params) -> code.handle(caller, Codec.decodeRequest(method.request(), params))
                .map(Codec::encodeAny));
    }

    /**
     * Code of a method for short calls, run on the thread that serves all connections: never waits for another thread,
     * and takes no longer than handing the call over would.
     */
    @FunctionalInterface
    public interface Quick {
        /**
         * The result of one call; empty, with nothing changed, when a worker must run it.
         *
         * @throws RpcException as {@link Handler}
         */
        Optional<JsonElement> handle(Caller caller, JsonObject params) throws RpcException;
    }

    /** Code of a method; runs on a worker thread, may block within the call's deadline. */
    @FunctionalInterface
    public interface Handler {
        /**
         * The result of one call.
         *
         * @throws RpcException to answer with an error; any other exception becomes INTERNAL without its message
         */
        JsonElement handle(Caller caller, JsonObject params) throws RpcException;
    }

    /** Code of a method of the protocol. */
    @FunctionalInterface
    public interface Typed<R> {
        /**
         * The result of one call. If the method carries secrets, bytes of the request are wiped when it returns, and
         * those of the result once it is encoded.
         *
         * @param request valid as the method's fields say
         * @throws RpcException to answer with an error
         */
        R handle(Caller caller, Message request) throws RpcException;
    }
}
