package dev.nullbox.gateway.http;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.gateway.session.OperatorCalls;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.RpcException;

/** An operator's calls, during which the client is not waited for. */
final class PacedCalls {
    private final OperatorCalls calls;
    private final Pace pace;

    PacedCalls(OperatorCalls calls, Pace pace) {
        this.calls = calls;
        this.pace = pace;
    }

    /** A method's result as received. */
    JsonElement call(String method, JsonObject params) throws RpcException {
        pace.stop();
        return calls.call(method, params);
    }

    /** A method's result. */
    <R> R call(Method<R> method, Message params) throws RpcException {
        return Codec.decodeResult(method.name(), method.result(), call(method.name(), Codec.encode(params)));
    }

    /** Notes that bytes which are no request may have carried a secret. */
    void malformed() {
        calls.malformed();
    }
}
