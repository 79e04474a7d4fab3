package dev.nullbox.rpc;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Reason;
import dev.nullbox.protocol.Value;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Converter between messages of {@code protocol} and JSON trees. Every error is INVALID_PARAMS with the field's path,
 * unless the field's type names another reason.
 */
public final class Codec {
    private static final String ANY_NUMBER = "a number";

    private final boolean isStrict;

    private Codec(boolean isStrict) {
        this.isStrict = isStrict;
    }

    /**
     * A request's parameters, checked: all required ones, no unknown ones, each within its bounds.
     *
     * @throws RpcException naming the field; bytes that were decoded by then are wiped
     */
    public static Message decodeRequest(List<Field<?>> fields, JsonObject params) throws RpcException {
        return new Codec(true).message(fields, params, "");
    }

    /**
     * The same where unknown members are allowed, which are ignored.
     *
     * @throws RpcException naming the field
     */
    public static Message decodeOpen(List<Field<?>> fields, JsonObject params) throws RpcException {
        return new Codec(false).message(fields, params, "");
    }

    /**
     * A method's result; members that this program does not know are ignored.
     *
     * @throws RpcException UNEXPECTED when it is none
     */
    public static <R> R decodeResult(String method, FieldType<R> type, JsonElement result) throws RpcException {
        try {
            return new Codec(false).value(type, result, "result");
        } catch (RpcException e) {
            throw new RpcException(
                    CallReason.UNEXPECTED, "the answer to " + method + " is malformed: " + e.getMessage());
        }
    }

    /** The values as an object, in their order. */
    public static JsonObject encode(Value<?>... values) {
        return encode(Message.of(values));
    }

    /** The message as an object. */
    public static JsonObject encode(Message message) {
        JsonObject object = new JsonObject();
        for (Value<?> value : message.values()) {
            object.add(value.field().name(), encodeAny(value.value()));
        }
        return object;
    }

    /** A method's result as JSON. */
    static JsonElement encodeAny(Object value) {
        return switch (value) {
            case Message message -> encode(message);
            case JsonElement element -> element;
            case String text -> new JsonPrimitive(text);
            case Number number -> new JsonPrimitive(number);
            case Boolean truth -> new JsonPrimitive(truth);
            case byte[] bytes -> new JsonPrimitive(Base64.getEncoder().encodeToString(bytes));
            case List<?> list -> {
                JsonArray array = new JsonArray(list.size());
                list.forEach(element -> array.add(encodeAny(element)));
                yield array;
            }
            case Map<?, ?> map -> {
                JsonObject object = new JsonObject();
                map.forEach((name, element) -> object.add(String.valueOf(name), encodeAny(element)));
                yield object;
            }
            // Identifiers have their printed form on the wire.
            default -> new JsonPrimitive(value.toString());
        };
    }

    private Message message(List<Field<?>> fields, JsonObject object, String path) throws RpcException {
        List<Value<?>> values = new ArrayList<>();
        boolean isWhole = false;
        try {
            for (Field<?> field : fields) {
                member(field, object, path, values);
            }
            if (isStrict) {
                for (String name : object.keySet()) {
                    if (fields.stream().noneMatch(field -> field.name().equals(name))) {
                        throw refused(CallReason.UNKNOWN, path + name, "there is no such parameter here");
                    }
                }
            }
            isWhole = true;
            return Message.of(values);
        } finally {
            if (!isWhole) {
                Message.of(values).wipe();
            }
        }
    }

    private <T> void member(Field<T> field, JsonObject object, String path, List<Value<?>> values) throws RpcException {
        JsonElement element = object.get(field.name());
        if (element != null) {
            values.add(field.is(value(field.type(), element, path + field.name())));
        } else if (field.required()) {
            throw refused(CallReason.MISSING, path + field.name(), "the parameter is missing");
        }
    }

    @SuppressWarnings("unchecked") // each case returns a value of its own type parameter
    private <T> T value(FieldType<T> type, JsonElement element, String path) throws RpcException {
        Object value = switch (type) {
            case FieldType.Text text -> text(text, element, path);
            case FieldType.Matched matched -> matched(matched, element, path);
            case FieldType.Choice choice -> choice(choice, element, path);
            case FieldType.Whole whole -> whole(whole, element, path);
            case FieldType.Real _ -> number(element, path, ANY_NUMBER).doubleValue();
            case FieldType.Truth _ -> truth(element, path);
            case FieldType.Bytes bytes -> bytes(bytes, element, path);
            case FieldType.ListOf<?> list -> list(list, element, path);
            case FieldType.MapOf<?> map -> map(map, element, path);
            case FieldType.Struct struct -> message(struct.fields(), object(element, path), path + ".");
            case FieldType.Any _ -> element;
            case FieldType.Parsed<?> parsed -> parsed(parsed, element, path);
        };
        return (T) value;
    }

    private static String string(JsonElement element, String path) throws RpcException {
        if (element instanceof JsonPrimitive primitive && primitive.isString()) {
            return primitive.getAsString();
        }
        throw refused(CallReason.WRONG_TYPE, path, "must be a string");
    }

    private static String text(FieldType.Text type, JsonElement element, String path) throws RpcException {
        String text = string(element, path);
        if (text.length() < type.min() || text.length() > type.max()) {
            throw refused(CallReason.OUT_OF_RANGE, path, "has " + type.min() + " to " + type.max() + " characters");
        }
        return text;
    }

    private static String matched(FieldType.Matched type, JsonElement element, String path) throws RpcException {
        if (!(element instanceof JsonPrimitive primitive) || primitive.isBoolean()) {
            throw refused(CallReason.WRONG_TYPE, path, "must be a number or a string");
        }
        if (!type.pattern().matcher(primitive.getAsString()).matches()) {
            throw refused(CallReason.OUT_OF_RANGE, path, "has " + type.words());
        }
        return primitive.getAsString();
    }

    private static String choice(FieldType.Choice type, JsonElement element, String path) throws RpcException {
        String text = string(element, path);
        if (!type.words().contains(text)) {
            throw refused(type.refused(), path, "must be " + String.join(" or ", type.words()));
        }
        return text;
    }

    private static BigDecimal number(JsonElement element, String path, String expected) throws RpcException {
        if (element instanceof JsonPrimitive primitive && primitive.isNumber()) {
            return new BigDecimal(primitive.getAsString());
        }
        throw refused(CallReason.WRONG_TYPE, path, "must be " + expected);
    }

    private static Long whole(FieldType.Whole type, JsonElement element, String path) throws RpcException {
        long value;
        try {
            value = number(element, path, "an integer").longValueExact();
        } catch (ArithmeticException e) {
            throw refused(CallReason.WRONG_TYPE, path, "must be an integer");
        }
        if (value < type.min() || value > type.max()) {
            throw refused(CallReason.OUT_OF_RANGE, path, "must be from " + type.min() + " to " + type.max());
        }
        return value;
    }

    private static Boolean truth(JsonElement element, String path) throws RpcException {
        if (element instanceof JsonPrimitive primitive && primitive.isBoolean()) {
            return primitive.getAsBoolean();
        }
        throw refused(CallReason.WRONG_TYPE, path, "must be true or false");
    }

    private static byte[] bytes(FieldType.Bytes type, JsonElement element, String path) throws RpcException {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(string(element, path));
        } catch (IllegalArgumentException e) {
            throw refused(CallReason.WRONG_TYPE, path, "must be bytes in base64");
        }
        if (bytes.length < type.min() || bytes.length > type.max()) {
            Arrays.fill(bytes, (byte) 0);
            String right = type.min() == type.max() ? "" + type.min() : type.min() + " to " + type.max();
            throw refused(
                    bytes.length < type.min() ? type.tooShort() : type.tooLong(),
                    path,
                    "has " + bytes.length + " bytes; " + right + " would be right");
        }
        return bytes;
    }

    private <E> List<E> list(FieldType.ListOf<E> type, JsonElement element, String path) throws RpcException {
        if (!(element instanceof JsonArray array)) {
            throw refused(CallReason.WRONG_TYPE, path, "must be a list");
        }
        if (array.size() > type.max()) {
            throw refused(CallReason.OUT_OF_RANGE, path, "has at most " + type.max() + " entries");
        }
        List<E> list = new ArrayList<>(array.size());
        for (JsonElement one : array) {
            list.add(value(type.element(), one, path + "[" + list.size() + "]"));
        }
        return list;
    }

    private <E> Map<String, E> map(FieldType.MapOf<E> type, JsonElement element, String path) throws RpcException {
        Map<String, E> map = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, JsonElement> member : object(element, path).entrySet()) {
                map.put(member.getKey(), value(type.element(), member.getValue(), path + "." + member.getKey()));
            }
        } catch (RpcException e) {
            Message.wipe(map.values());
            throw e;
        }
        return map;
    }

    private static JsonObject object(JsonElement element, String path) throws RpcException {
        if (element instanceof JsonObject object) {
            return object;
        }
        throw refused(CallReason.WRONG_TYPE, path, "must be an object");
    }

    private static <T> T parsed(FieldType.Parsed<T> type, JsonElement element, String path) throws RpcException {
        try {
            return type.parse().apply(string(element, path));
        } catch (IllegalArgumentException e) {
            throw refused(type.refused(), path, String.valueOf(e.getMessage()));
        }
    }

    private static RpcException refused(Reason reason, String path, String problem) {
        return new RpcException(reason, path + ": " + problem, path);
    }
}
