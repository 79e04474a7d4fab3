package dev.nullbox.ctxgraph;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import dev.nullbox.rpc.JsonRpcCodec;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcObserver;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code POST /rpc}: one JSON-RPC 2.0 request as the body, with the methods {@code memory.*}. */
final class HttpRpc {
    private static final String WAITING = "memory.watch";

    private final Actor actor;
    private final HttpService service;

    HttpRpc(Actor actor, HttpService service) {
        this.actor = actor;
        this.service = service;
    }

    void handle(HttpCall call) throws IOException {
        if (!call.verb().equals("POST")) {
            call.setHeader("Allow", "POST");
            call.empty(HttpCall.METHOD_NOT_ALLOWED);
            return;
        }
        Optional<byte[]> body = call.body(JsonRpcCodec.MAX_MESSAGE_BYTES);
        if (body.isEmpty()) {
            call.json(HttpCall.CONTENT_TOO_LARGE, tooLarge());
            return;
        }
        Optional<byte[]> answer =
                service.turns().run(body.get().length, () -> begin(body.get())).get();
        if (answer.isPresent()) {
            call.json(HttpCall.OK, answer.get());
        } else {
            call.empty(HttpCall.NO_CONTENT);
        }
    }

    /** Answers, or gives what must wait and therefore has no turn. */
    private Supplier<Optional<byte[]>> begin(byte[] body) {
        return switch (JsonRpcCodec.decodeRequest(body)) {
            case JsonRpcCodec.Malformed malformed -> {
                Optional<byte[]> error = Optional.of(JsonRpcCodec.encodeError(malformed.id(), malformed.error()));
                yield () -> error;
            }
            case JsonRpcCodec.Request request when request.method().equals(WAITING) -> () -> answer(request);
            case JsonRpcCodec.Request request -> {
                Optional<byte[]> answer = answer(request);
                yield () -> answer;
            }
        };
    }

    private Optional<byte[]> answer(JsonRpcCodec.Request request) {
        try {
            JsonElement result = service.methods().call(actor, request.method(), request.params());
            return request.id().map(id -> JsonRpcCodec.encodeResult(id, result));
        } catch (RpcException e) {
            return request.id().map(id -> JsonRpcCodec.encodeError(id, e));
        } catch (RuntimeException e) {
            RpcObserver.toStandardError().crashed(request.method(), e);
            RpcException bug = new RpcException(RpcException.Code.INTERNAL, "BUG", "a fault of the service");
            return request.id().map(id -> JsonRpcCodec.encodeError(id, bug));
        }
    }

    private static byte[] tooLarge() {
        String message = "a body has at most " + JsonRpcCodec.MAX_MESSAGE_BYTES + " bytes";
        return JsonRpcCodec.encodeError(
                JsonNull.INSTANCE, new RpcException(RpcException.Code.INVALID_REQUEST, "BODY_TOO_LARGE", message));
    }
}
