package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.terminal.CellFormat;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reference to a node of shared memory as operators write it: its id, KEY for its present node, KEY@SEQ for an earlier
 * one.
 */
final class NodeRef {
    /** The column of {@link #shorten}. */
    static final Field<String> NODE = Field.of("node", FieldType.TEXT, "");

    private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern AT = Pattern.compile("(.+)@([0-9]{1,18})");
    private static final int SHOWN_DIGITS = 12;

    private NodeRef() {}

    /** Tells whether the text is a key, for its present node. */
    static boolean isKey(String text) {
        return !ID.matcher(text).matches() && !AT.matcher(text).matches();
    }

    /** The node's id; looked up on the appliance where the text is no id. */
    static String id(ApplianceClient appliance, String text) throws RpcException, CannotConnectException {
        if (ID.matcher(text).matches()) {
            return text;
        }
        Matcher at = AT.matcher(text);
        return at.matches()
                ? idAt(appliance, at.group(1), Long.parseLong(at.group(2)))
                : appliance
                        .call(MemoryContract.HEAD_OF, MemoryContract.KEY.is(text))
                        .get(MemoryContract.ID);
    }

    /** The ids of several. */
    static List<String> ids(ApplianceClient appliance, List<String> texts) throws RpcException, CannotConnectException {
        List<String> ids = new ArrayList<>();
        for (String text : texts) {
            ids.add(id(appliance, text));
        }
        return ids;
    }

    /** The list with a short {@link #NODE} beside each id. */
    static JsonArray shorten(JsonArray entries) {
        for (JsonElement element : entries) {
            if (element instanceof JsonObject entry) {
                String id = CellFormat.of(entry, MemoryContract.ID);
                entry.addProperty(NODE.name(), id.substring(0, Math.min(SHOWN_DIGITS, id.length())));
            }
        }
        return entries;
    }

    private static String idAt(ApplianceClient appliance, String key, long seq)
            throws RpcException, CannotConnectException {
        List<Message> entries = appliance
                .call(
                        MemoryContract.HISTORY,
                        MemoryContract.KEY.is(key),
                        MemoryContract.BEFORE.is(seq + 1),
                        MemoryContract.MAX.is(1L))
                .get(MemoryContract.ENTRIES);
        if (entries.isEmpty() || entries.getFirst().get(Fields.SEQ) != seq) {
            throw new RpcException(MemoryReason.NOT_FOUND, key + " has no entry " + seq + " in its history", "NODE");
        }
        return entries.getFirst().get(MemoryContract.ID);
    }
}
