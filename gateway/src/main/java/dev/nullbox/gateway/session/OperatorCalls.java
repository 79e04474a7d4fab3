package dev.nullbox.gateway.session;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.protocol.Audience;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Effect;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.api.GatewayContract;
import dev.nullbox.protocol.api.Methods;
import dev.nullbox.rpc.Operator;
import dev.nullbox.rpc.RpcClient;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.TerminalText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** Calls of one operator's connection: each goes to its method's service, with the operator's name, and is told. */
public final class OperatorCalls {
    private static final int MAX_SHOWN_METHOD = 64;

    private final Operator client;
    private final Path sockets;
    private final Function<Method<?>, Duration> deadlines;
    private final EventSink events;
    private final Runnable onSecret;

    /**
     * @param sockets the directory of the services' sockets
     * @param deadlines time for a service to answer a method
     * @param onSecret is run before a call that carries a secret, or may
     */
    public OperatorCalls(
            Operator client,
            Path sockets,
            Function<Method<?>, Duration> deadlines,
            EventSink events,
            Runnable onSecret) {
        this.client = client;
        this.sockets = sockets;
        this.deadlines = deadlines;
        this.events = events;
        this.onSecret = onSecret;
    }

    /** Tells whether operators may call the method. */
    public static boolean isOpen(Method<?> method) {
        return method.audience().users().contains(Audience.GATEWAY);
    }

    /** Notes that bytes which are no request may have carried a secret. */
    public void malformed() {
        onSecret.run();
    }

    /**
     * The service's answer.
     *
     * @throws RpcException NOT_ROUTED when operators have no method of the name, else as the service or {@link RpcClient}
     */
    public JsonElement call(String name, JsonObject params) throws RpcException {
        boolean ok = false;
        boolean isTold = true;
        try {
            Method<?> method = route(name);
            Path service = sockets.resolve(method.service().socketName());
            JsonElement result = RpcClient.call(service, name, params, Optional.of(client), deadlines.apply(method));
            ok = true;
            isTold = method.isTold();
            return result;
        } finally {
            if (isTold) {
                tell(name, ok);
            }
        }
    }

    private void tell(String method, boolean ok) {
        events.emit(
                GatewayContract.CALL,
                GatewayContract.CLIENT.is(client.name()),
                Fields.METHOD.is(TerminalText.line(method.substring(0, Math.min(method.length(), MAX_SHOWN_METHOD)))),
                Fields.OK.is(ok));
    }

    /** The method of the name, if operators may call it; the service checks it again, by the gateway's user. */
    private Method<?> route(String name) throws RpcException {
        Optional<Method<?>> method = Methods.find(name).filter(OperatorCalls::isOpen);
        if (method.isEmpty() || method.get().effect() == Effect.SECRET) {
            onSecret.run();
        }
        return method.orElseThrow(
                () -> new RpcException(CallReason.NOT_ROUTED, "operators have no method of this name"));
    }
}
