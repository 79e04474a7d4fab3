package dev.nullbox.rpc;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.time.Duration;

/** Calls of services on Unix sockets: one connection a call. */
public final class RpcClient {
    private RpcClient() {}

    /**
     * The result of one call.
     *
     * @throws RpcException the far side's error; UNAVAILABLE when nobody listens; TIMEOUT when the deadline passes
     */
    public static JsonElement call(Path socket, String method, JsonObject params, Duration deadline)
            throws RpcException {
        throw new UnsupportedOperationException("lands with the first client");
    }
}
