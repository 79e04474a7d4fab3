package dev.nullbox.nullctl;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import org.jspecify.annotations.Nullable;

/** What all commands do alike. */
final class Commands {
    private Commands() {}

    /** The command's parent, which picocli has set. */
    static NullctlMain main(@Nullable NullctlMain parent) {
        if (parent == null) {
            throw new IllegalStateException("a command runs below nullctl");
        }
        return parent;
    }

    /** One call on a connection of its own. */
    static JsonElement call(NullctlMain main, String method, JsonObject params)
            throws RpcException, CannotConnectException {
        try (ApplianceClient appliance = main.connect()) {
            return appliance.call(method, params);
        }
    }

    /** One string parameter. */
    static JsonObject params(String name, String value) {
        JsonObject params = new JsonObject();
        params.addProperty(name, value);
        return params;
    }

    /** A list as a table, or as it came. */
    static void print(NullctlMain main, JsonElement list, boolean json, String nothing, String... members) {
        if (json) {
            main.io().out().println(Json.write(list));
        } else {
            Table.print(main.io().out(), list, nothing, members);
        }
    }
}
