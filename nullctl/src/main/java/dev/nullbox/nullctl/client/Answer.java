package dev.nullbox.nullctl.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.rpc.RpcException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What the appliance answered, read with distrust: every getter throws {@link RpcException.Code#INTERNAL}, UNEXPECTED
 * when the member is not what it should be.
 */
public final class Answer {
    private final String method;
    private final JsonObject members;

    private Answer(String method, JsonObject members) {
        this.method = method;
        this.members = members;
    }

    public static Answer of(String method, JsonElement result) throws RpcException {
        if (result instanceof JsonObject object) {
            return new Answer(method, object);
        }
        throw unexpected(method, "no object");
    }

    public boolean has(String member) {
        return members.has(member);
    }

    public String string(String member) throws RpcException {
        if (members.get(member) instanceof JsonPrimitive text && text.isString()) {
            return text.getAsString();
        }
        throw unexpected(method, "no text " + member);
    }

    /** A whole number of 0 or more. */
    public long count(String member) throws RpcException {
        if (members.get(member) instanceof JsonPrimitive number && number.isNumber() && number.getAsLong() >= 0) {
            return number.getAsLong();
        }
        throw unexpected(method, "no number " + member);
    }

    /** A member of any kind. */
    public JsonElement any(String member) throws RpcException {
        JsonElement element = members.get(member);
        if (element == null) {
            throw unexpected(method, "no " + member);
        }
        return element;
    }

    public boolean isTrue(String member) {
        return isTrue(members.get(member));
    }

    public JsonArray list(String member) throws RpcException {
        if (members.get(member) instanceof JsonArray list) {
            return list;
        }
        throw unexpected(method, "no list " + member);
    }

    /** Bytes that came in base 64; the caller wipes what is secret. */
    public byte[] bytes(String member) throws RpcException {
        try {
            return Base64.getDecoder().decode(string(member));
        } catch (IllegalArgumentException e) {
            throw unexpected(method, member + " is not base 64");
        }
    }

    static boolean isTrue(@Nullable JsonElement element) {
        return element instanceof JsonPrimitive truth && truth.isBoolean() && truth.getAsBoolean();
    }

    public static JsonArray list(String method, JsonElement result) throws RpcException {
        if (result instanceof JsonArray list) {
            return list;
        }
        throw unexpected(method, "no list");
    }

    private static RpcException unexpected(String method, String what) {
        return new RpcException(
                RpcException.Code.INTERNAL, "UNEXPECTED", "the appliance's answer to " + method + " has " + what);
    }
}
