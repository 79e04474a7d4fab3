package dev.nullbox.ctxgraph.http;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import dev.nullbox.ctxgraph.admission.HttpPlaces;
import dev.nullbox.ctxgraph.admission.Turns;
import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.memory.Actor;
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

    private final Actor actor;
    private final MemoryMethods methods;
    private final HttpPlaces.Share share;

    HttpRpc(Actor actor, MemoryMethods methods, HttpPlaces.Share share) {
        this.actor = actor;
        this.methods = methods;
        this.share = share;
    }

    @Override
    public boolean serves(String path) {
        return path.equals("/rpc");
    }

    @Override
    public boolean handle(HttpCall call) throws IOException {
        if (call.refusesAllBut("POST")) {
            return true;
        }
        try (HttpPlaces.Place place = share.place()) {
            Optional<byte[]> body = call.body(place);
            if (body.isEmpty()) {
                call.json(HttpCall.CONTENT_TOO_LARGE, tooLarge());
                return true;
            }
            Optional<byte[]> answer = switch (methods.memory()
                    .turns()
                    .run(actor.agent(), body.get(), place, () -> begin(body.get()), Outcome::bytes)) {
                case Outcome.Now now -> now.answer();
                case Outcome.Later later -> answer(later.request());
            };
            if (answer.isPresent()) {
                call.json(HttpCall.OK, answer.get());
            } else {
                call.empty(HttpCall.NO_CONTENT);
            }
        } catch (RpcException e) {
            call.json(HttpCall.SERVICE_UNAVAILABLE, JsonRpcCodec.encodeError(JsonNull.INSTANCE, e));
        }
        return true;
    }

    /** What a turn gives. */
    private sealed interface Outcome {
        /** The answer, none for a notification. */
        record Now(Optional<byte[]> answer) implements Outcome {}

        /** What waits for others' writes, and therefore has no turn. */
        record Later(JsonRpcCodec.Request request) implements Outcome {}

        default long bytes() {
            return this instanceof Now now
                    ? now.answer().map(bytes -> bytes.length).orElse(0)
                    : 0;
        }
    }

    private Outcome begin(byte[] body) {
        return switch (JsonRpcCodec.decodeRequest(body)) {
            case JsonRpcCodec.Malformed malformed ->
                new Outcome.Now(Optional.of(JsonRpcCodec.encodeError(malformed.id(), malformed.error())));
            case JsonRpcCodec.Request request when request.method().equals(WAITING) -> new Outcome.Later(request);
            case JsonRpcCodec.Request request -> new Outcome.Now(answer(request));
        };
    }

    private Optional<byte[]> answer(JsonRpcCodec.Request request) {
        try {
            JsonElement result = methods.call(actor, request.method(), request.params());
            return request.id().map(id -> JsonRpcCodec.encodeResult(id, result));
        } catch (RpcException e) {
            return request.id().map(id -> JsonRpcCodec.encodeError(id, e));
        } catch (Turns.TooSmall e) {
            throw e;
        } catch (RuntimeException e) {
            RpcObserver.toStandardError().crashed(request.method(), e);
            RpcException bug = new RpcException(CallReason.BUG, "a fault of the service");
            return request.id().map(id -> JsonRpcCodec.encodeError(id, bug));
        }
    }

    private static byte[] tooLarge() {
        String message = "a body has at most " + JsonRpcCodec.MAX_MESSAGE_BYTES + " bytes";
        return JsonRpcCodec.encodeError(JsonNull.INSTANCE, new RpcException(MemoryReason.BODY_TOO_LARGE, message));
    }
}
