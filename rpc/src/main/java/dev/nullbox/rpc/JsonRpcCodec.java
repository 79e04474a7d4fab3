package dev.nullbox.rpc;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Message;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * JSON-RPC 2.0 messages to bytes and back, without the line feed that ends a line; pure, for every transport.
 *
 * <p>Narrower than the specification (https://www.jsonrpc.org/specification): params are an object or absent, batches
 * are refused, ids are null, numbers or strings of at most {@link #MAX_ID_LENGTH} characters, unknown members are
 * refused. Errors carry {@code data: {kind, detail, field?}}.
 */
public final class JsonRpcCodec {
    /** Bytes of one message, without its line feed. */
    public static final int MAX_MESSAGE_BYTES = 1 << 20;

    /** Characters of an id. */
    public static final int MAX_ID_LENGTH = 256;

    private static final Set<String> REQUEST_MEMBERS = Set.of("jsonrpc", "id", "method", "params");

    /** Member by which the gateway tells services on whose behalf it calls; no client of the gateway may send it. */
    private static final String OPERATOR = "operator";

    private static final Field<String> OPERATOR_NAME = Field.of("name", FieldType.TEXT, "");
    private static final Field<String> CERTIFICATE = Field.of("certificate", FieldType.SHA256, "");
    private static final FieldType.Struct OPERATOR_TYPE = FieldType.struct(OPERATOR_NAME, CERTIFICATE);

    private JsonRpcCodec() {}

    /** What a server reads. */
    public sealed interface Incoming permits Request, Malformed {}

    /**
     * A well-formed request.
     *
     * @param id absent for a notification, which is executed and never answered
     * @param method not yet known to exist
     * @param params empty when the request had none
     * @param operator on whose behalf it is; not yet known to be told by whom it may be
     */
    public record Request(Optional<JsonElement> id, String method, JsonObject params, Optional<Operator> operator)
            implements Incoming {}

    /**
     * Bytes that are no request.
     *
     * @param id JSON null when it could not be made out
     * @param error the answer
     */
    public record Malformed(JsonElement id, RpcException error) implements Incoming {}

    /** What a client reads. */
    public sealed interface Reply permits Result, Failure {
        /** The id of the request; JSON null when the far side could not make it out. */
        JsonElement id();
    }

    /** A call's result. */
    public record Result(JsonElement id, JsonElement result) implements Reply {}

    /** A call's error. */
    public record Failure(JsonElement id, RpcException error) implements Reply {}

    /** The request in the bytes, or the error to answer with; a client cannot say on whose behalf it calls. */
    public static Incoming decodeRequest(byte[] message) {
        return decode(message, false);
    }

    /** The same on a host's socket, where the gateway says on whose behalf it calls. */
    static Incoming decodeHostRequest(byte[] message) {
        return decode(message, true);
    }

    private static Incoming decode(byte[] message, boolean isHost) {
        JsonElement tree;
        try {
            tree = Json.parse(message);
        } catch (RpcException e) {
            return new Malformed(JsonNull.INSTANCE, e);
        }
        if (tree.isJsonArray()) {
            return invalid(JsonNull.INSTANCE, "BATCH", "batches are not supported: send one request a message");
        }
        if (!(tree instanceof JsonObject request)) {
            return invalid(JsonNull.INSTANCE, "NOT_AN_OBJECT", "a request is a JSON object");
        }
        return decodeObject(request, isHost);
    }

    private static Incoming decodeObject(JsonObject request, boolean isHost) {
        Optional<JsonElement> id = Optional.ofNullable(request.get("id"));
        if (id.isPresent() && !isId(id.get())) {
            return invalid(
                    JsonNull.INSTANCE,
                    "ID",
                    "id is a number, null or a string of at most " + MAX_ID_LENGTH + " characters");
        }
        JsonElement answerTo = id.orElse(JsonNull.INSTANCE);
        for (String member : request.keySet()) {
            if (!REQUEST_MEMBERS.contains(member) && !(isHost && member.equals(OPERATOR))) {
                return invalid(answerTo, "MEMBER", "a request has jsonrpc, id, method and params, nothing else");
            }
        }
        if (!isString(request.get("jsonrpc"))
                || !"2.0".equals(request.get("jsonrpc").getAsString())) {
            return invalid(answerTo, "VERSION", "jsonrpc must be \"2.0\"");
        }
        if (!isString(request.get("method"))) {
            return invalid(answerTo, "METHOD", "method must be a string");
        }
        JsonElement params = request.has("params") ? request.get("params") : new JsonObject();
        if (!(params instanceof JsonObject object)) {
            String message = "params must be an object with named members";
            return new Malformed(
                    answerTo, new RpcException(RpcException.Code.INVALID_PARAMS, "NOT_AN_OBJECT", message, "params"));
        }
        Optional<Operator> operator = Optional.empty();
        if (request.has(OPERATOR)) {
            try {
                operator = Optional.of(operator(request.get(OPERATOR)));
            } catch (RpcException e) {
                return new Malformed(answerTo, e);
            }
        }
        return new Request(id, request.get("method").getAsString(), object, operator);
    }

    private static Operator operator(JsonElement element) throws RpcException {
        Message operator = Codec.decodeResult(OPERATOR, OPERATOR_TYPE, element);
        return new Operator(operator.get(OPERATOR_NAME), operator.get(CERTIFICATE));
    }

    /**
     * The reply in the bytes.
     *
     * @throws RpcException PARSE or INVALID_REQUEST when they are no JSON-RPC 2.0 reply
     */
    public static Reply decodeReply(byte[] message) throws RpcException {
        if (!(Json.parse(message) instanceof JsonObject reply)) {
            throw notAReply();
        }
        JsonElement id = reply.has("id") ? reply.get("id") : JsonNull.INSTANCE;
        if (reply.has("result") && !reply.has("error")) {
            return new Result(id, reply.get("result"));
        }
        if (reply.has("result") || !(reply.get("error") instanceof JsonObject error)) {
            throw notAReply();
        }
        JsonObject data = error.get("data") instanceof JsonObject object ? object : new JsonObject();
        RpcException failure = new RpcException(
                code(error.get("code")), text(data, "detail"), text(error, "message"), text(data, "field"));
        return new Failure(id, failure);
    }

    /** A request that is answered. */
    public static byte[] encodeRequest(JsonElement id, String method, JsonObject params) {
        return encodeRequest(id, method, params, Optional.empty());
    }

    /** A request on behalf of an operator that is answered. */
    static byte[] encodeRequest(JsonElement id, String method, JsonObject params, Optional<Operator> operator) {
        JsonObject request = envelope();
        operator.ifPresent(one ->
                request.add(OPERATOR, Codec.encode(OPERATOR_NAME.is(one.name()), CERTIFICATE.is(one.certificate()))));
        request.add("id", id);
        request.addProperty("method", method);
        request.add("params", params);
        return Json.bytes(request);
    }

    /** A request that is not answered. */
    public static byte[] encodeNotification(String method, JsonObject params) {
        JsonObject request = envelope();
        request.addProperty("method", method);
        request.add("params", params);
        return Json.bytes(request);
    }

    /** A result; one that would be longer than a message becomes the INTERNAL error RESULT_TOO_LARGE. */
    public static byte[] encodeResult(JsonElement id, JsonElement result) {
        JsonObject reply = envelope();
        reply.add("id", id);
        reply.add("result", result);
        byte[] bytes = Json.bytes(reply);
        if (bytes.length <= MAX_MESSAGE_BYTES) {
            return bytes;
        }
        String message = "the result has " + bytes.length + " bytes, a message at most " + MAX_MESSAGE_BYTES;
        return encodeError(id, new RpcException(RpcException.Code.INTERNAL, "RESULT_TOO_LARGE", message));
    }

    /** An error. */
    public static byte[] encodeError(JsonElement id, RpcException error) {
        JsonObject data = new JsonObject();
        data.addProperty("kind", error.code().name());
        data.addProperty("detail", error.detail());
        error.field().ifPresent(field -> data.addProperty("field", field));
        JsonObject body = new JsonObject();
        body.addProperty("code", error.code().number());
        body.addProperty("message", error.getMessage());
        body.add("data", data);
        JsonObject reply = envelope();
        reply.add("id", id);
        reply.add("error", body);
        return Json.bytes(reply);
    }

    private static JsonObject envelope() {
        JsonObject message = new JsonObject();
        message.addProperty("jsonrpc", "2.0");
        return message;
    }

    private static boolean isId(JsonElement id) {
        return id.isJsonNull()
                || (id instanceof JsonPrimitive primitive
                        && !primitive.isBoolean()
                        && primitive.getAsString().length() <= MAX_ID_LENGTH);
    }

    private static boolean isString(@Nullable JsonElement element) {
        return element instanceof JsonPrimitive primitive && primitive.isString();
    }

    private static String text(JsonObject object, String member) {
        JsonElement element = object.get(member);
        return isString(element) ? element.getAsString() : "";
    }

    private static RpcException.Code code(@Nullable JsonElement element) {
        if (element instanceof JsonPrimitive number && number.isNumber()) {
            for (RpcException.Code code : RpcException.Code.values()) {
                if (code.number() == number.getAsInt()) {
                    return code;
                }
            }
        }
        return RpcException.Code.INTERNAL;
    }

    private static Malformed invalid(JsonElement id, String detail, String message) {
        return new Malformed(id, new RpcException(RpcException.Code.INVALID_REQUEST, detail, message));
    }

    private static RpcException notAReply() {
        return new RpcException(
                RpcException.Code.INVALID_REQUEST, "NOT_A_REPLY", "the far side's line is no JSON-RPC 2.0 reply");
    }
}
