package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.command.ListOption;
import dev.nullbox.nullctl.terminal.Streams;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.rpc.RpcException;
import java.util.Optional;

/** Reader of a listing of shared memory, page by page up to a bound. */
final class Pager {
    private static final int PAGE = 1000;

    private final JsonArray entries = new JsonArray();
    private boolean complete;

    private Pager() {}

    /**
     * The first entries of a listing.
     *
     * @param cursor field of the result: where the next page begins
     * @param from the parameter that takes it
     * @param max at most so many entries; 0 for all
     */
    static <T> Pager read(
            ApplianceClient appliance, Method<Message> method, Message params, Field<T> cursor, Field<T> from, int max)
            throws RpcException, CannotConnectException, UsageException {
        if (max < 0) {
            throw new UsageException("-n is 0, for all, or more");
        }
        Pager pages = new Pager();
        Message next = params;
        boolean more = true;
        while (more) {
            long wanted = max == 0 ? PAGE : Math.min(PAGE, max - pages.entries.size());
            JsonObject page = appliance
                    .ask(method, next.and(MemoryContract.MAX.is(wanted)))
                    .getAsJsonObject();
            JsonArray entries = ApplianceClient.list(page, MemoryContract.ENTRIES);
            pages.entries.addAll(entries);
            Optional<T> go = ApplianceClient.decode(method, page).find(cursor);
            pages.complete = go.isEmpty();
            more = go.isPresent() && !entries.isEmpty() && (max == 0 || pages.entries.size() < max);
            next = params.and(from, go);
        }
        return pages;
    }

    /** Prints the entries, and on standard error that there are more. */
    void print(Streams io, ListOption json, String nothing, Field<?>... columns) {
        json.print(io.out(), json.isGiven() ? entries : NodeRef.shorten(entries), nothing, columns);
        if (!complete) {
            io.out().flush();
            io.err().println("nullctl: there are more: -n N shows so many, -n 0 all");
        }
    }
}
