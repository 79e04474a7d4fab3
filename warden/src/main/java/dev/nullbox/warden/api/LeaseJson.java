package dev.nullbox.warden.api;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.nullbox.warden.audit.Audit;
import dev.nullbox.warden.lease.Lease;
import dev.nullbox.warden.lease.LeaseRef;

/** A lease as {@code vault.leases} tells it; never a value. */
final class LeaseJson {
    private LeaseJson() {}

    static JsonObject of(Lease lease) {
        JsonObject json = new JsonObject();
        json.addProperty("lease", lease.id());
        json.addProperty("agent", lease.agent());
        json.addProperty("run", lease.run());
        json.add("names", Audit.names(lease.names()));
        json.addProperty("since", lease.since());
        lease.until().ifPresent(until -> json.addProperty("until", until));
        json.addProperty("state", Answers.lower(lease.state()));
        JsonArray refs = new JsonArray();
        lease.items().forEach(item -> refs.add(of(item)));
        json.add("refs", refs);
        return json;
    }

    private static JsonObject of(Lease.Item item) {
        JsonObject json = new JsonObject();
        json.addProperty("name", item.ref().name().value());
        json.addProperty("version", item.ref().version());
        json.addProperty("deliver", Answers.lower(item.ref().delivery()));
        item.ref().host().ifPresent(host -> json.addProperty("host", host));
        if (item.ref().delivery() == LeaseRef.Delivery.FETCH) {
            json.addProperty("reads_left", item.readsLeft());
        }
        item.until().ifPresent(until -> json.addProperty("until", until));
        json.addProperty("state", Answers.lower(item.state()));
        return json;
    }
}
