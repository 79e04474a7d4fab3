package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.terminal.Cell;
import dev.nullbox.rpc.RpcException;
import java.util.regex.Pattern;

/** What people write for a node of shared memory: its id, KEY for the present one, KEY@SEQ for an earlier one. */
final class NodeName {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern AT = Pattern.compile("(.+)@([0-9]{1,18})");
    private static final int SHOWN_DIGITS = 12;

    private NodeName() {}

    /** Whether the text is a key, whose present value is meant. */
    static boolean isKey(String text) {
        return !ID.matcher(text).matches() && !AT.matcher(text).matches();
    }

    /** The id that is meant; asks the appliance where the text is none. */
    static String id(ApplianceClient appliance, String text) throws RpcException, CannotConnectException {
        if (ID.matcher(text).matches()) {
            return text;
        }
        var at = AT.matcher(text);
        return at.matches()
                ? idAt(appliance, at.group(1), Long.parseLong(at.group(2)))
                : Answer.of("memory.head", appliance.call("memory.head", ApplianceClient.params("key", text)))
                        .string("id");
    }

    /** The list with a short {@code node} for people beside each {@code id}. */
    static JsonArray shorten(JsonArray entries) {
        for (JsonElement element : entries) {
            if (element instanceof JsonObject entry) {
                String id = Cell.of("id", entry.get("id"));
                entry.addProperty("node", id.substring(0, Math.min(SHOWN_DIGITS, id.length())));
            }
        }
        return entries;
    }

    private static String idAt(ApplianceClient appliance, String key, long seq)
            throws RpcException, CannotConnectException {
        JsonObject params = ApplianceClient.params("key", key);
        params.addProperty("before", seq + 1);
        params.addProperty("max", 1);
        JsonArray entries = Answer.of("memory.history", appliance.call("memory.history", params))
                .list("entries");
        if (!entries.isEmpty()) {
            Answer entry = Answer.of("memory.history", entries.get(0));
            if (entry.count("seq") == seq) {
                return entry.string("id");
            }
        }
        throw new RpcException(
                RpcException.Code.NOT_FOUND, "NOT_FOUND", key + " has no entry " + seq + " in its history", "NODE");
    }
}
