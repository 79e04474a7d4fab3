package dev.nullbox.ctxgraph.http;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import dev.nullbox.ctxgraph.admission.BufferBudget;
import dev.nullbox.ctxgraph.admission.RequestScheduler;
import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.JsonRpcCodec;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcObserver;
import java.io.IOException;
import java.util.Optional;

/** {@code POST /rpc}: one JSON-RPC 2.0 request as the body, with the methods {@code memory.*}. */
final class HttpRpc implements HttpRoute {
    private static final String WAITING = MemoryContract.WATCH.name();

    private final Principal principal;
    private final MemoryMethods methods;
    private final BufferBudget.Quota quota;

    HttpRpc(Principal principal, MemoryMethods methods, BufferBudget.Quota quota) {
        this.principal = principal;
        this.methods = methods;
        this.quota = quota;
    }

    @Override
    public boolean serves(String path) {
        return path.equals("/rpc");
    }

    @Override
    public boolean handle(HttpRequestContext call) throws IOException {
        if (call.refusesAllBut("POST")) {
            return true;
        }
        try (BufferBudget.Reservation reservation = quota.reservation()) {
            Optional<byte[]> body = call.body(reservation);
            if (body.isEmpty()) {
                call.json(HttpRequestContext.CONTENT_TOO_LARGE, tooLarge());
                return true;
            }
            Optional<byte[]> answer = switch (methods.memory()
                    .scheduler()
                    .run(principal.agent(), body.get(), reservation, () -> begin(body.get()), Outcome::bytes)) {
                case Outcome.Completed now -> now.answer();
                case Outcome.Deferred later -> answer(later.request());
            };
            if (answer.isPresent()) {
                call.json(HttpRequestContext.OK, answer.get());
            } else {
                call.empty(HttpRequestContext.NO_CONTENT);
            }
        } catch (RpcException e) {
            call.json(HttpRequestContext.SERVICE_UNAVAILABLE, JsonRpcCodec.encodeError(JsonNull.INSTANCE, e));
        }
        return true;
    }

    /** Outcome of a scheduled request. */
    private sealed interface Outcome {
        /** The answer, none for a notification. */
        record Completed(Optional<byte[]> answer) implements Outcome {}

        /** Request that waits for other principals' writes, and is therefore run without a permit. */
        record Deferred(JsonRpcCodec.Request request) implements Outcome {}

        default long bytes() {
            return this instanceof Completed now
                    ? now.answer().map(bytes -> bytes.length).orElse(0)
                    : 0;
        }
    }

    private Outcome begin(byte[] body) {
        return switch (JsonRpcCodec.decodeRequest(body)) {
            case JsonRpcCodec.Malformed malformed ->
                new Outcome.Completed(Optional.of(JsonRpcCodec.encodeError(malformed.id(), malformed.error())));
            case JsonRpcCodec.Request request when request.method().equals(WAITING) -> new Outcome.Deferred(request);
            case JsonRpcCodec.Request request -> new Outcome.Completed(answer(request));
        };
    }

    private Optional<byte[]> answer(JsonRpcCodec.Request request) {
        try {
            JsonElement result = methods.call(principal, request.method(), request.params());
            return request.id().map(id -> JsonRpcCodec.encodeResult(id, result));
        } catch (RpcException e) {
            return request.id().map(id -> JsonRpcCodec.encodeError(id, e));
        } catch (RequestScheduler.PermitTooSmall e) {
            throw e;
        } catch (RuntimeException e) {
            RpcObserver.toStandardError().crashed(request.method(), e);
            RpcException bug = new RpcException(CallReason.BUG, "an internal error of the service");
            return request.id().map(id -> JsonRpcCodec.encodeError(id, bug));
        }
    }

    private static byte[] tooLarge() {
        String message = "a body has at most " + JsonRpcCodec.MAX_MESSAGE_BYTES + " bytes";
        return JsonRpcCodec.encodeError(JsonNull.INSTANCE, new RpcException(MemoryReason.BODY_TOO_LARGE, message));
    }
}
