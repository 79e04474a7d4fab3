package dev.nullbox.rpc;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A call's parameters, taken one by one by name and type; {@link #done} then refuses any that nobody took.
 *
 * <p>Every getter throws {@link RpcException.Code#INVALID_PARAMS} with the parameter as its field and the detail
 * MISSING, WRONG_TYPE or OUT_OF_RANGE.
 */
public final class Params {
    private final JsonObject params;
    private final Set<String> taken = new HashSet<>();

    public Params(JsonObject params) {
        this.params = params;
    }

    /** A string that must be there. */
    public String string(String name) throws RpcException {
        return asString(name, required(name));
    }

    /** A string that may be absent. */
    public Optional<String> optionalString(String name) throws RpcException {
        Optional<JsonElement> element = optional(name);
        return element.isPresent() ? Optional.of(asString(name, element.get())) : Optional.empty();
    }

    /** An integer that must be there, within the bounds, both included. */
    public long integer(String name, long min, long max) throws RpcException {
        return asInteger(name, required(name), min, max);
    }

    /** An integer that may be absent, within the bounds, both included. */
    public long optionalInteger(String name, long min, long max, long otherwise) throws RpcException {
        Optional<JsonElement> element = optional(name);
        return element.isPresent() ? asInteger(name, element.get(), min, max) : otherwise;
    }

    /** A truth value that may be absent. */
    public boolean optionalBool(String name, boolean otherwise) throws RpcException {
        Optional<JsonElement> element = optional(name);
        if (element.isEmpty()) {
            return otherwise;
        }
        if (element.get() instanceof JsonPrimitive primitive && primitive.isBoolean()) {
            return primitive.getAsBoolean();
        }
        throw wrongType(name, "true or false");
    }

    /** A list of strings that must be there; it may be empty. */
    public List<String> strings(String name) throws RpcException {
        if (!(required(name) instanceof JsonArray array)) {
            throw wrongType(name, "a list of strings");
        }
        List<String> strings = new ArrayList<>();
        for (JsonElement element : array) {
            strings.add(asString(name + "[" + strings.size() + "]", element));
        }
        return List.copyOf(strings);
    }

    /** An object that must be there. */
    public JsonObject object(String name) throws RpcException {
        if (required(name) instanceof JsonObject object) {
            return object;
        }
        throw wrongType(name, "an object");
    }

    /** Bytes in base 64 (RFC 4648, section 4) that must be there; the caller owns the array and wipes what is secret. */
    public byte[] base64(String name) throws RpcException {
        try {
            return Base64.getDecoder().decode(string(name));
        } catch (IllegalArgumentException e) {
            throw wrongType(name, "bytes in base 64");
        }
    }

    /** Any JSON value that must be there; JSON null counts as there. */
    public JsonElement any(String name) throws RpcException {
        return required(name);
    }

    /** Whether the call has the parameter; does not take it. */
    public boolean has(String name) {
        return params.has(name);
    }

    /** Refuses parameters that nobody took, with the detail UNKNOWN. */
    public void done() throws RpcException {
        for (String name : params.keySet()) {
            if (!taken.contains(name)) {
                throw invalid("UNKNOWN", "there is no such parameter here", name);
            }
        }
    }

    private Optional<JsonElement> optional(String name) {
        taken.add(name);
        return Optional.ofNullable(params.get(name));
    }

    private JsonElement required(String name) throws RpcException {
        Optional<JsonElement> element = optional(name);
        if (element.isEmpty()) {
            throw invalid("MISSING", "the parameter is missing", name);
        }
        return element.get();
    }

    private static String asString(String name, JsonElement element) throws RpcException {
        if (element instanceof JsonPrimitive primitive && primitive.isString()) {
            return primitive.getAsString();
        }
        throw wrongType(name, "a string");
    }

    private static long asInteger(String name, JsonElement element, long min, long max) throws RpcException {
        if (!(element instanceof JsonPrimitive primitive) || !primitive.isNumber()) {
            throw wrongType(name, "an integer");
        }
        long value;
        try {
            value = new BigDecimal(primitive.getAsString()).longValueExact();
        } catch (ArithmeticException e) {
            throw wrongType(name, "an integer");
        }
        if (value < min || value > max) {
            throw invalid("OUT_OF_RANGE", "must be from " + min + " to " + max, name);
        }
        return value;
    }

    private static RpcException wrongType(String name, String expected) {
        return invalid("WRONG_TYPE", "must be " + expected, name);
    }

    private static RpcException invalid(String detail, String problem, String name) {
        return new RpcException(RpcException.Code.INVALID_PARAMS, detail, name + ": " + problem, name);
    }
}
