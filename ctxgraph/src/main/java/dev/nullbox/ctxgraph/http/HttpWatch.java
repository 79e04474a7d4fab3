package dev.nullbox.ctxgraph.http;

import com.google.gson.JsonNull;
import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.JsonRpcCodec;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.util.List;

/**
 * {@code GET /watch?prefix=P&after=SEQ}: writes below a prefix as server-sent events, one each: {@code event: write},
 * {@code id:} its sequence number, {@code data:} its head. Without {@code after}, and without the header
 * {@code Last-Event-ID} by which browsers and libraries resume, it begins with the next write.
 */
public final class HttpWatch implements HttpRoute {
    private final Principal principal;
    private final MemoryMethods methods;
    private final HttpStreams streams;

    HttpWatch(Principal principal, MemoryMethods methods, HttpStreams streams) {
        this.principal = principal;
        this.methods = methods;
        this.streams = streams;
    }

    @Override
    public boolean serves(String path) {
        return path.equals("/watch");
    }

    @Override
    public boolean handle(HttpRequestContext call) throws IOException {
        if (call.refusesAllBut("GET")) {
            return true;
        }
        if (!call.accepts(SseStream.TYPE)) {
            call.empty(HttpRequestContext.NOT_ACCEPTABLE);
            return true;
        }
        try {
            String prefix = query(call, MemoryContract.PREFIX.name(), "");
            long after = sequence(
                    query(
                            call,
                            MemoryContract.AFTER.name(),
                            call.header("Last-Event-ID").orElse("")),
                    MemoryContract.AFTER.name());
            streams.begin(call, methods.memory().watch(principal, prefix, after), new HeadEvents());
            return false;
        } catch (RpcException e) {
            int status = e.kind() == ErrorKind.UNAVAILABLE
                    ? HttpRequestContext.TOO_MANY_REQUESTS
                    : HttpRequestContext.BAD_REQUEST;
            call.json(status, JsonRpcCodec.encodeError(JsonNull.INSTANCE, e));
            return true;
        }
    }

    private static String query(HttpRequestContext call, String name, String otherwise) throws RpcException {
        try {
            return call.query(name).orElse(otherwise);
        } catch (IllegalArgumentException e) {
            throw new RpcException(MemoryReason.SYNTAX, name + ": has a malformed escape", name);
        }
    }

    /** A sequence number of the log; its end for an empty text. */
    public static long sequence(String text, String field) throws RpcException {
        if (text.isEmpty()) {
            return Long.MAX_VALUE;
        }
        try {
            long seq = Long.parseLong(text);
            if (seq >= 0) {
                return seq;
            }
        } catch (NumberFormatException e) {
            // Answered below, like a negative number.
        }
        throw new RpcException(MemoryReason.SYNTAX, field + ": must be a sequence number, 0 or more", field);
    }

    private static final class HeadEvents implements HttpStreams.EventSource {
        @Override
        public void begin(SseStream out, long position) throws IOException {
            out.heartbeat();
        }

        @Override
        public boolean onChange(SseStream out, List<Memory.Head> changes, long position) throws IOException {
            for (Memory.Head write : changes) {
                out.event("write", write.seq(), Codec.encode(MemoryMethods.head(write)));
            }
            return true;
        }

        @Override
        public void end(SseStream out) {
            // The client reconnects by itself, with the last sequence number.
        }
    }
}
