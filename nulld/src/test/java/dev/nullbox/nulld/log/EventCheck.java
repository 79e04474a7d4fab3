package dev.nullbox.nulld.log;

import com.google.gson.JsonObject;
import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.Methods;
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.RpcException;
import java.util.ArrayList;
import java.util.List;

/** Holds the events of PID 1 against the protocol. */
public final class EventCheck {
    private EventCheck() {}

    /** The record, which must be of a known event and have its fields and no others; a line for people passes. */
    public static JsonObject checked(JsonObject record) {
        if (!record.has(NulldContract.EVENT.name())) {
            return record;
        }
        String name = record.get(NulldContract.EVENT.name()).getAsString();
        Event event = Methods.EVENTS.stream()
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("not in the protocol: " + record));
        List<Field<?>> fields = new ArrayList<>(
                List.of(NulldContract.T, NulldContract.SOURCE, NulldContract.EVENT, Fields.SEQ.optional()));
        fields.addAll(event.fields());
        try {
            Codec.decodeRequest(fields, record);
        } catch (RpcException e) {
            throw new AssertionError(record + " is not as the protocol has it: " + e.getMessage(), e);
        }
        return record;
    }
}
