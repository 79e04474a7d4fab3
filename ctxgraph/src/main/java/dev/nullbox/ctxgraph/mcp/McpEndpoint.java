package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.admission.BufferBudget;
import dev.nullbox.ctxgraph.admission.RequestScheduler;
import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.http.HttpRequestContext;
import dev.nullbox.ctxgraph.http.HttpRoute;
import dev.nullbox.ctxgraph.http.HttpStreams;
import dev.nullbox.ctxgraph.http.HttpWatch;
import dev.nullbox.ctxgraph.http.SseStream;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.Source;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.JsonRpcCodec;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The Model Context Protocol over streamable HTTP, at {@code /mcp} with the agent's own knowledge graph and at {@code
 * /mcp/SPACE} with that of another space. Requests that stand alone (2026-07-28) and sessions (2025-11-25, 2025-06-18)
 * are served side by side; the request's own version decides.
 *
 * @see <a href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http">the
 *     transport</a> and <a href="https://modelcontextprotocol.io/specification/2025-11-25/basic/transports">the one with
 *     sessions</a>
 */
public final class McpEndpoint implements HttpRoute {
    private static final String PATH = "/mcp";

    private static final int MAX_SPACE_LENGTH = 100;

    private final Principal principal;
    private final MemoryMethods methods;
    private final BufferBudget.Quota quota;
    private final HttpStreams streams;
    private final McpSessions sessions = new McpSessions(System::nanoTime);
    private final McpServer own;

    public McpEndpoint(Principal principal, MemoryMethods methods, BufferBudget.Quota quota, HttpStreams streams) {
        this.principal = principal;
        this.methods = methods;
        this.quota = quota;
        this.streams = streams;
        this.own = server(principal.agent().text(), principal);
    }

    @Override
    public boolean serves(String path) {
        return path.equals(PATH) || path.startsWith(PATH + "/");
    }

    @Override
    public boolean handle(HttpRequestContext call) throws IOException {
        try {
            McpServer server = server(call);
            return switch (call.method()) {
                case "POST" -> post(call, server);
                case "GET" -> listen(call, server);
                case "DELETE" -> end(call);
                default -> {
                    call.setHeader("Allow", "GET, POST, DELETE");
                    throw refused(HttpRequestContext.METHOD_NOT_ALLOWED, "there are GET, POST and DELETE");
                }
            };
        } catch (McpException e) {
            call.json(e.status(), e.message(Optional.empty()));
            return true;
        }
    }

    @Override
    public void close() {
        sessions.close();
    }

    private McpServer server(HttpRequestContext call) throws McpException {
        String space = call.path().substring(PATH.length());
        Principal reader = principal.excluding(sources(call));
        if (space.isEmpty()) {
            return reader.equals(principal) ? own : server(principal.agent().text(), reader);
        }
        try {
            MemoryKey.requirePath(space.substring(1));
        } catch (IllegalArgumentException e) {
            throw noSpace(String.valueOf(e.getMessage()));
        }
        if (space.length() > MAX_SPACE_LENGTH) {
            throw noSpace("a space has at most " + MAX_SPACE_LENGTH + " characters");
        }
        return server(space.substring(1), reader);
    }

    /** Sources in {@code ?not_influenced_by=SOURCE,SOURCE}. */
    private static List<Source> sources(HttpRequestContext call) throws McpException {
        try {
            String text = call.query(MemoryContract.NOT_INFLUENCED_BY.name()).orElse("");
            List<Source> sources = text.isEmpty()
                    ? List.of()
                    : Stream.of(text.split(",", -1)).map(Source::parse).toList();
            if (sources.size() <= MemoryContract.MAX_SOURCES) {
                return sources;
            }
        } catch (IllegalArgumentException e) {
            // Answered below, like too many.
        }
        throw refused(
                HttpRequestContext.BAD_REQUEST,
                "not_influenced_by: give up to " + MemoryContract.MAX_SOURCES
                        + " agents' names or node ids, with commas between");
    }

    private static McpException noSpace(String problem) {
        return new McpException(
                HttpRequestContext.NOT_FOUND, McpException.INVALID_REQUEST, PATH + "/SPACE: " + problem);
    }

    private McpServer server(String space, Principal reader) {
        McpGraph graph = new McpGraph(methods, reader, space);
        List<McpTool> tools = new ArrayList<>(McpGraphTools.over(graph));
        tools.addAll(McpStoreTools.over(reader, methods));
        return new McpServer(tools, new McpResources(methods.memory(), reader, graph));
    }

    /** Response to a POST. */
    private sealed interface Outcome {
        record Body(int status, ByteBuffer json, Optional<String> session) implements Outcome {}

        record Nothing() implements Outcome {}

        record Stream(JsonElement id, List<String> uris) implements Outcome {}

        default long bytes() {
            return this instanceof Body body ? body.json().remaining() : 0;
        }
    }

    private boolean post(HttpRequestContext call, McpServer server) throws IOException, McpException {
        if (!call.isJson()) {
            throw refused(HttpRequestContext.UNSUPPORTED_MEDIA_TYPE, "Content-Type must be application/json, in UTF-8");
        }
        if (!call.accepts("application/json") || !call.accepts(SseStream.TYPE)) {
            throw refused(HttpRequestContext.NOT_ACCEPTABLE, "Accept must list application/json and " + SseStream.TYPE);
        }
        try (BufferBudget.Reservation reservation = quota.reservation()) {
            byte[] body = call.body(reservation)
                    .orElseThrow(() -> refused(
                            HttpRequestContext.CONTENT_TOO_LARGE,
                            "a body has at most " + JsonRpcCodec.MAX_MESSAGE_BYTES + " bytes"));
            return switch (methods.memory()
                    .scheduler()
                    .run(principal.agent(), body, reservation, () -> outcome(call, server, body), Outcome::bytes)) {
                case Outcome.Body answer -> {
                    answer.session().ifPresent(id -> call.setHeader(McpHeaders.SESSION, id));
                    call.json(answer.status(), answer.json().array());
                    yield true;
                }
                case Outcome.Nothing nothing -> {
                    call.empty(HttpRequestContext.ACCEPTED);
                    yield true;
                }
                case Outcome.Stream stream -> {
                    stream(call, SubscriptionStream.of(stream.id(), stream.uris(), server.resources()), Long.MAX_VALUE);
                    yield false;
                }
            };
        } catch (RpcException e) {
            throw new McpException(
                    HttpRequestContext.SERVICE_UNAVAILABLE,
                    McpException.INTERNAL,
                    e.getMessage(),
                    McpException.describe(e));
        }
    }

    private Outcome outcome(HttpRequestContext call, McpServer server, byte[] body) {
        McpMessage message;
        try {
            message = McpMessage.decode(body);
        } catch (McpException e) {
            return error(e, Optional.empty());
        }
        Optional<JsonElement> id =
                message instanceof McpMessage.Request request ? Optional.of(request.id()) : Optional.empty();
        try {
            return outcome(call, server, message);
        } catch (McpException e) {
            return error(e, id);
        } catch (RequestScheduler.PermitTooSmall e) {
            throw e;
        } catch (RuntimeException e) {
            RpcObserver.toStandardError().crashed("mcp", e);
            return error(new McpException(500, McpException.INTERNAL, "an internal error of the service"), id);
        }
    }

    private Outcome outcome(HttpRequestContext call, McpServer server, McpMessage message) throws McpException {
        Optional<McpVersion> version = McpHeaders.version(call);
        boolean stateless = version.isPresent() && version.get().stateless();
        return switch (message) {
            case McpMessage.Request request
            when stateless || McpHeaders.bodyVersion(request).isPresent() -> {
                McpHeaders.check(call, request);
                yield request.method().equals(McpServer.LISTEN)
                        ? new Outcome.Stream(request.id(), subscriptions(request, server.resources()))
                        : result(request, server.answer(request), Optional.empty());
            }
            case McpMessage.Request request when request.method().equals(McpServer.INITIALIZE) -> begin(request);
            case McpMessage.Request request -> result(request, server.answer(session(call), request), Optional.empty());
            case McpMessage.Notification notification -> {
                if (!stateless) {
                    session(call);
                }
                yield new Outcome.Nothing();
            }
            case McpMessage.Response response -> {
                session(call);
                yield new Outcome.Nothing();
            }
        };
    }

    private Outcome begin(McpMessage.Request request) throws McpException {
        String asked = McpMessage.text(request.params().get("protocolVersion"));
        if (asked == null) {
            throw McpException.malformed(McpException.INVALID_PARAMS, "protocolVersion: must be a string");
        }
        McpVersion version = McpVersion.negotiate(asked);
        McpSession session = sessions.begin(version);
        return result(request, McpServer.initialized(version), Optional.of(session.id()));
    }

    private static List<String> subscriptions(McpMessage.Request request, McpResources resources) throws McpException {
        if (!(request.params().get("notifications") instanceof JsonObject filter)) {
            throw McpException.badParameter("notifications", "must be an object");
        }
        List<String> known = new ArrayList<>();
        if (filter.has("resourceSubscriptions")) {
            if (!(filter.get("resourceSubscriptions") instanceof JsonArray uris)) {
                throw McpException.badParameter("notifications.resourceSubscriptions", "must be an array of strings");
            }
            for (JsonElement uri : uris) {
                String text = McpMessage.text(uri);
                if (text != null && resources.isKnown(text)) {
                    known.add(text);
                }
            }
        }
        if (known.size() > McpSession.MAX_SUBSCRIPTIONS) {
            throw McpException.badParameter(
                    "notifications.resourceSubscriptions",
                    "has more than " + McpSession.MAX_SUBSCRIPTIONS + " resources");
        }
        return known;
    }

    private boolean listen(HttpRequestContext call, McpServer server) throws IOException, McpException {
        if (!call.accepts(SseStream.TYPE)) {
            throw refused(HttpRequestContext.NOT_ACCEPTABLE, "Accept must list " + SseStream.TYPE);
        }
        McpHeaders.version(call);
        McpSession session = session(call);
        long after;
        try {
            after = HttpWatch.sequence(call.header("Last-Event-ID").orElse(""), "Last-Event-ID");
        } catch (RpcException e) {
            throw refused(HttpRequestContext.BAD_REQUEST, e.getMessage());
        }
        session.sendBy(stream(call, SubscriptionStream.of(session, server.resources()), after));
        return false;
    }

    private HttpStreams.Open stream(HttpRequestContext call, HttpStreams.EventSource feed, long after)
            throws McpException {
        try {
            return streams.begin(call, methods.memory().watch(principal, "", after), feed);
        } catch (RpcException e) {
            boolean isAhead = e.kind() == ErrorKind.CONFLICT;
            throw refused(
                    isAhead ? HttpRequestContext.BAD_REQUEST : HttpRequestContext.TOO_MANY_REQUESTS, e.getMessage());
        }
    }

    private boolean end(HttpRequestContext call) throws IOException, McpException {
        sessions.end(session(call).id());
        call.empty(HttpRequestContext.NO_CONTENT);
        return true;
    }

    private McpSession session(HttpRequestContext call) throws McpException {
        String id = call.header(McpHeaders.SESSION)
                .orElseThrow(() -> refused(
                        HttpRequestContext.BAD_REQUEST,
                        "the header " + McpHeaders.SESSION + " is missing: begin with initialize"));
        return sessions.find(id)
                .orElseThrow(() ->
                        refused(HttpRequestContext.NOT_FOUND, "there is no such session: begin anew with initialize"));
    }

    private static Outcome result(McpMessage.Request request, JsonObject result, Optional<String> session) {
        return new Outcome.Body(HttpRequestContext.OK, bytes(McpMessage.result(request.id(), result)), session);
    }

    private static Outcome error(McpException error, Optional<JsonElement> id) {
        return new Outcome.Body(error.status(), bytes(error.message(id)), Optional.empty());
    }

    private static ByteBuffer bytes(JsonObject message) {
        return ByteBuffer.wrap(Json.bytes(message));
    }

    private static McpException refused(int status, String problem) {
        return new McpException(status, McpException.INVALID_REQUEST, problem);
    }
}
