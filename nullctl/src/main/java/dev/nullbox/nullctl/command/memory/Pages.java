package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.terminal.Io;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.rpc.RpcException;

/** A listing of shared memory, read page by page up to a bound. */
final class Pages {
    private static final int PAGE = 1000;

    private final JsonArray entries = new JsonArray();
    private boolean complete;

    private Pages() {}

    /**
     * The first entries of a listing.
     *
     * @param params of the first call; changed
     * @param cursor the parameter in which an answer's {@code next} goes on
     * @param max at most so many entries; 0 for all
     */
    static Pages read(ApplianceClient appliance, String method, JsonObject params, String cursor, int max)
            throws RpcException, CannotConnectException, UsageException {
        if (max < 0) {
            throw new UsageException("-n is 0, for all, or more");
        }
        Pages pages = new Pages();
        boolean more = true;
        while (more) {
            int wanted = max == 0 ? PAGE : Math.min(PAGE, max - pages.entries.size());
            params.addProperty("max", wanted);
            Answer page = Answer.of(method, appliance.call(method, params));
            JsonArray entries = page.list("entries");
            pages.entries.addAll(entries);
            pages.complete = !page.has("next") || page.any("next").isJsonNull();
            more = !pages.complete && !entries.isEmpty() && (max == 0 || pages.entries.size() < max);
            if (more) {
                JsonElement next = page.any("next");
                params.add(cursor, next);
            }
        }
        return pages;
    }

    /** Prints them, and on standard error that there are more. */
    void print(Io io, JsonOption json, String nothing, String... members) {
        json.print(io.out(), json.isGiven() ? entries : NodeName.shorten(entries), nothing, members);
        if (!complete) {
            io.out().flush();
            io.err().println("nullctl: there are more: -n N shows so many, -n 0 all");
        }
    }
}
