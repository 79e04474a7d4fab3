package dev.nullbox.gateway.http;

import com.google.gson.JsonObject;
import dev.nullbox.gateway.session.CallSlot;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.io.entity.EntityTemplate;

/**
 * The appliance's events as server-sent events (HTML, section 9.2): {@code id} is the record's number, {@code event} its
 * name, {@code data} the record. Begins after the record that {@code Last-Event-ID} or {@code ?after=} names, else with
 * the oldest that is kept, and goes on until either side ends it.
 */
final class EventStream {
    /** The header of a client that connects again. */
    static final String LAST_ID = "Last-Event-ID";

    private static final String AFTER = "after=";
    private static final long WAIT_MS = 10_000;
    private static final ContentType TYPE = ContentType.create("text/event-stream", StandardCharsets.UTF_8);

    private final PacedCalls calls;
    private final CallSlot slot;
    private final Pace pace;

    EventStream(PacedCalls calls, CallSlot slot, Pace pace) {
        this.calls = calls;
        this.slot = slot;
        this.pace = pace;
    }

    /** The stream. */
    HttpEntity after(Optional<String> query, Optional<Header> lastId) throws ProblemException {
        long after = number(query, lastId.map(Header::getValue));
        Message first;
        try {
            first = read(after, 0);
        } catch (RpcException e) {
            throw new ProblemException(e);
        }
        return new EntityTemplate(-1, TYPE, null, out -> send(first, out));
    }

    private static long number(Optional<String> query, Optional<String> lastId) throws ProblemException {
        if (query.isPresent() && !query.get().startsWith(AFTER)) {
            throw notANumber("the query");
        }
        String text = lastId.or(() -> query.map(given -> given.substring(AFTER.length())))
                .orElse("0");
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw notANumber(lastId.isPresent() ? LAST_ID : "the query");
        }
    }

    private static ProblemException notANumber(String where) {
        return new ProblemException(
                HttpStatus.SC_BAD_REQUEST, CallReason.HTTP, where + " must name a record by its number: ?after=123");
    }

    private void send(Message first, OutputStream out) throws IOException {
        Message page = first;
        do {
            pace.start();
            out.write(text(page).getBytes(StandardCharsets.UTF_8));
            out.flush();
            try {
                page = read(page.get(NulldContract.NEXT), WAIT_MS);
            } catch (RpcException e) {
                throw new IOException("the events end: " + e.getMessage(), e);
            }
            // The slot is given back each time, so that the gateway can end the stream between two.
        } while (slot.end() && slot.begin());
    }

    /** The events of a page; a comment when there are none, so that a client that is gone is noticed. */
    private static String text(Message page) {
        StringBuilder text = new StringBuilder();
        for (Object element : page.get(NulldContract.RECORDS)) {
            if (element instanceof JsonObject record && record.has(NulldContract.EVENT.name())) {
                text.append("id: ").append(record.get(Fields.SEQ.name()).getAsLong());
                text.append("\nevent: ")
                        .append(record.get(NulldContract.EVENT.name()).getAsString());
                text.append("\ndata: ").append(Json.write(record)).append("\n\n");
            }
        }
        return text.isEmpty() ? ":\n\n" : text.toString();
    }

    private Message read(long after, long waitMs) throws RpcException {
        return calls.call(
                NulldContract.LOGS, Message.of(NulldContract.AFTER.is(after), NulldContract.WAIT_MS.is(waitMs)));
    }
}
