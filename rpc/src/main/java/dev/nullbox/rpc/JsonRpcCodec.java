package dev.nullbox.rpc;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Message;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Encoder and decoder of JSON-RPC 2.0 messages, without the line feed that ends a line; pure, for every transport.
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

    // Members of JSON-RPC 2.0's own objects, and of ours in an error's data.
    private static final String JSONRPC = "jsonrpc";
    private static final String ID = "id";
    private static final String METHOD = "method";
    private static final String PARAMS = "params";
    private static final String RESULT = "result";
    private static final String ERROR = "error";
    private static final String DATA = "data";
    private static final String CODE = "code";
    private static final String MESSAGE = "message";
    private static final String KIND = "kind";
    private static final String DETAIL = "detail";
    private static final String FIELD = "field";

    private static final Set<String> REQUEST_MEMBERS = Set.of(JSONRPC, ID, METHOD, PARAMS);

    /** Member that names the operator on whose behalf the gateway calls; refused from clients of the gateway. */
    private static final String OPERATOR = "operator";

    private static final Field<String> OPERATOR_NAME = Field.of("name", FieldType.TEXT, "");
    private static final Field<String> CERTIFICATE = Field.of("certificate", FieldType.SHA256, "");
    private static final FieldType.Struct OPERATOR_TYPE = FieldType.struct(OPERATOR_NAME, CERTIFICATE);

    private JsonRpcCodec() {}

    /** Message that a server reads. */
    public sealed interface Incoming permits Request, Malformed {}

    /**
     * A well-formed request.
     *
     * @param id absent for a notification, which is executed and never answered
     * @param method not yet known to exist
     * @param params empty when the request had none
     * @param operator the operator on whose behalf the call is made; the sender's right to name one is not checked yet
     */
    public record Request(Optional<JsonElement> id, String method, JsonObject params, Optional<Operator> operator)
            implements Incoming {}

    /**
     * Bytes that are no request.
     *
     * @param id JSON null when it could not be read
     * @param error the answer
     */
    public record Malformed(JsonElement id, RpcException error) implements Incoming {}

    /** Message that a client reads. */
    public sealed interface Reply permits Result, Failure {
        /** The id of the request; JSON null when the server could not read it. */
        JsonElement id();
    }

    /** A call's result. */
    public record Result(JsonElement id, JsonElement result) implements Reply {}

    /** A call's error. */
    public record Failure(JsonElement id, RpcException error) implements Reply {}

    /** The request in the bytes, or the error to respond with; a member {@code operator} is refused. */
    public static Incoming decodeRequest(byte[] message) {
        return decode(message, false);
    }

    /** The same on a host's socket, where the gateway may send the member {@code operator}. */
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
            return invalid(
                    JsonNull.INSTANCE, CallReason.BATCH, "batches are not supported: send one request a message");
        }
        if (!(tree instanceof JsonObject request)) {
            return invalid(JsonNull.INSTANCE, CallReason.NOT_AN_OBJECT, "a request is a JSON object");
        }
        return decodeObject(request, isHost);
    }

    private static Incoming decodeObject(JsonObject request, boolean isHost) {
        Optional<JsonElement> id = Optional.ofNullable(request.get(ID));
        if (id.isPresent() && !isId(id.get())) {
            return invalid(
                    JsonNull.INSTANCE,
                    CallReason.ID,
                    "id is a number, null or a string of at most " + MAX_ID_LENGTH + " characters");
        }
        JsonElement answerTo = id.orElse(JsonNull.INSTANCE);
        for (String member : request.keySet()) {
            if (!REQUEST_MEMBERS.contains(member) && !(isHost && member.equals(OPERATOR))) {
                return invalid(
                        answerTo, CallReason.MEMBER, "a request has jsonrpc, id, method and params, nothing else");
            }
        }
        if (!isString(request.get(JSONRPC))
                || !"2.0".equals(request.get(JSONRPC).getAsString())) {
            return invalid(answerTo, CallReason.VERSION, "jsonrpc must be \"2.0\"");
        }
        if (!isString(request.get(METHOD))) {
            return invalid(answerTo, CallReason.METHOD, "method must be a string");
        }
        JsonElement params = request.has(PARAMS) ? request.get(PARAMS) : new JsonObject();
        if (!(params instanceof JsonObject object)) {
            String message = "params must be an object with named members";
            return new Malformed(
                    answerTo, new RpcException(ErrorKind.INVALID_PARAMS, CallReason.NOT_AN_OBJECT, message, PARAMS));
        }
        Optional<Operator> operator = Optional.empty();
        if (request.has(OPERATOR)) {
            try {
                operator = Optional.of(operator(request.get(OPERATOR)));
            } catch (RpcException e) {
                return new Malformed(answerTo, e);
            }
        }
        return new Request(id, request.get(METHOD).getAsString(), object, operator);
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
        JsonElement id = reply.has(ID) ? reply.get(ID) : JsonNull.INSTANCE;
        if (reply.has(RESULT) && !reply.has(ERROR)) {
            return new Result(id, reply.get(RESULT));
        }
        if (reply.has(RESULT) || !(reply.get(ERROR) instanceof JsonObject error)) {
            throw notAReply();
        }
        JsonObject data = error.get(DATA) instanceof JsonObject object ? object : new JsonObject();
        RpcException failure =
                new RpcException(kind(error.get(CODE)), text(data, DETAIL), text(error, MESSAGE), text(data, FIELD));
        return new Failure(id, failure);
    }

    /** A request that expects an answer. */
    public static byte[] encodeRequest(JsonElement id, String method, JsonObject params) {
        return encodeRequest(id, method, params, Optional.empty());
    }

    /** A request on behalf of an operator that expects an answer. */
    static byte[] encodeRequest(JsonElement id, String method, JsonObject params, Optional<Operator> operator) {
        JsonObject request = envelope();
        operator.ifPresent(one ->
                request.add(OPERATOR, Codec.encode(OPERATOR_NAME.is(one.name()), CERTIFICATE.is(one.certificate()))));
        request.add(ID, id);
        request.addProperty(METHOD, method);
        request.add(PARAMS, params);
        return Json.bytes(request);
    }

    /** A result; one that would be longer than a message becomes the INTERNAL error RESULT_TOO_LARGE. */
    public static byte[] encodeResult(JsonElement id, JsonElement result) {
        JsonObject reply = envelope();
        reply.add(ID, id);
        reply.add(RESULT, result);
        byte[] bytes = Json.bytes(reply);
        if (bytes.length <= MAX_MESSAGE_BYTES) {
            return bytes;
        }
        String message = "the result has " + bytes.length + " bytes, a message at most " + MAX_MESSAGE_BYTES;
        return encodeError(id, new RpcException(CallReason.RESULT_TOO_LARGE, message));
    }

    /** An error. */
    public static byte[] encodeError(JsonElement id, RpcException error) {
        JsonObject data = new JsonObject();
        data.addProperty(KIND, error.kind().name());
        data.addProperty(DETAIL, error.detail());
        error.field().ifPresent(field -> data.addProperty(FIELD, field));
        JsonObject body = new JsonObject();
        body.addProperty(CODE, error.kind().code());
        body.addProperty(MESSAGE, error.getMessage());
        body.add(DATA, data);
        JsonObject reply = envelope();
        reply.add(ID, id);
        reply.add(ERROR, body);
        return Json.bytes(reply);
    }

    private static JsonObject envelope() {
        JsonObject message = new JsonObject();
        message.addProperty(JSONRPC, "2.0");
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

    private static ErrorKind kind(@Nullable JsonElement code) {
        return code instanceof JsonPrimitive number && number.isNumber()
                ? ErrorKind.of(number.getAsInt()).orElse(ErrorKind.INTERNAL)
                : ErrorKind.INTERNAL;
    }

    private static Malformed invalid(JsonElement id, CallReason reason, String message) {
        return new Malformed(id, new RpcException(reason, message));
    }

    private static RpcException notAReply() {
        return new RpcException(CallReason.NOT_A_REPLY, "the line from the server is no JSON-RPC 2.0 reply");
    }
}
