package dev.nullbox.gateway.http;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.gateway.session.CallSlot;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.StatsContract;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.JsonRpcCodec;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;

/** What the management port has to ask for, by path. */
final class Resources {
    /** What browsers add to a request of another site (RFC 6454, section 7). */
    private static final String ORIGIN = "Origin";

    private static final String METRICS = "/metrics";
    private static final String PREFIX = "/v1/";
    private static final String OPEN_API = "openapi.json";
    private static final String EVENTS = "events";
    private static final String FILES = "files";

    /** Its media type, https://prometheus.io/docs/specs/om/open_metrics_spec/. */
    private static final ContentType OPEN_METRICS =
            ContentType.parse("application/openmetrics-text; version=1.0.0; charset=utf-8");

    private final PacedCalls calls;
    private final Files files;
    private final EventStream events;

    Resources(PacedCalls calls, CallSlot slot, Pace pace) {
        this.calls = calls;
        this.files = new Files(calls, pace);
        this.events = new EventStream(calls, slot, pace);
    }

    /** Makes the response to a request. */
    void answer(ClassicHttpRequest request, ClassicHttpResponse response) throws IOException, ProblemException {
        if (request.containsHeader(ORIGIN)) {
            throw new ProblemException(
                    HttpStatus.SC_FORBIDDEN,
                    CallReason.HTTP_ORIGIN,
                    "the request comes from a web page: it has an Origin");
        }
        // CONNECT has an authority in place of a path (RFC 9112, section 3.2.3).
        String[] target = Optional.ofNullable(request.getPath()).orElse("").split("\\?", 2);
        Optional<String> query = target.length < 2 ? Optional.empty() : Optional.of(target[1]);
        if (target[0].equals(METRICS)) {
            expect(request, Method.GET);
            response.setEntity(new ByteArrayEntity(metrics(), OPEN_METRICS));
            return;
        }
        if (!target[0].startsWith(PREFIX)) {
            throw nothingAt(target[0]);
        }
        String[] segments = target[0].substring(PREFIX.length()).split("/", -1);
        switch (segments.length) {
            case 1 -> one(segments[0], query, request, response);
            case 2 -> {
                files(segments, target[0]);
                expect(request, Method.POST);
                response.setEntity(
                        json(files.upload(segments[0], entity(request, ContentType.APPLICATION_OCTET_STREAM))));
            }
            case 3 -> {
                files(segments, target[0]);
                expect(request, Method.GET);
                response.setEntity(files.download(segments[0], segments[2]));
            }
            default -> throw nothingAt(target[0]);
        }
    }

    private void one(String name, Optional<String> query, ClassicHttpRequest request, ClassicHttpResponse response)
            throws IOException, ProblemException {
        switch (name) {
            case OPEN_API -> {
                expect(request, Method.GET);
                response.setEntity(new ByteArrayEntity(OpenApi.bytes(), ContentType.APPLICATION_JSON));
            }
            case EVENTS -> {
                expect(request, Method.GET);
                response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
                response.setEntity(
                        events.after(query, Optional.ofNullable(request.getFirstHeader(EventStream.LAST_ID))));
            }
            default -> {
                expect(request, Method.POST);
                response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
                response.setEntity(json(call(name, params(request))));
            }
        }
    }

    private byte[] metrics() throws ProblemException {
        try {
            return calls.call(StatsContract.METRICS, Message.of())
                    .get(StatsContract.METRICS_TEXT)
                    .getBytes(StandardCharsets.UTF_8);
        } catch (RpcException e) {
            throw new ProblemException(e);
        }
    }

    private JsonElement call(String method, JsonObject params) throws ProblemException {
        try {
            return calls.call(method, params);
        } catch (RpcException e) {
            throw new ProblemException(e);
        }
    }

    /** The parameters: a JSON object, or nothing for none. */
    private JsonObject params(ClassicHttpRequest request) throws IOException, ProblemException {
        if (request.getEntity() == null || request.getEntity().getContentLength() == 0) {
            return new JsonObject();
        }
        byte[] body = entity(request, ContentType.APPLICATION_JSON)
                .getContent()
                .readNBytes(JsonRpcCodec.MAX_MESSAGE_BYTES + 1);
        if (body.length > JsonRpcCodec.MAX_MESSAGE_BYTES) {
            throw new ProblemException(
                    HttpStatus.SC_REQUEST_TOO_LONG,
                    CallReason.REQUEST_TOO_LARGE,
                    "the body is longer than " + JsonRpcCodec.MAX_MESSAGE_BYTES + " bytes");
        }
        if (body.length == 0) {
            return new JsonObject();
        }
        try {
            if (Json.parse(body) instanceof JsonObject params) {
                return params;
            }
            throw new RpcException(CallReason.NOT_AN_OBJECT, "the body must be a JSON object: the method's parameters");
        } catch (RpcException e) {
            calls.malformed();
            throw new ProblemException(e);
        }
    }

    /** The body, which must be of the media type: a web page cannot send it to another site unasked. */
    private static HttpEntity entity(ClassicHttpRequest request, ContentType type) throws ProblemException {
        HttpEntity entity = request.getEntity();
        if (entity == null || !type.isSameMimeType(ContentType.parseLenient(entity.getContentType()))) {
            throw new ProblemException(
                    HttpStatus.SC_UNSUPPORTED_MEDIA_TYPE,
                    CallReason.HTTP_TYPE,
                    "the body must be " + type.getMimeType() + ", named so by Content-Type");
        }
        return entity;
    }

    private static void expect(ClassicHttpRequest request, Method method) throws ProblemException {
        if (!method.isSame(request.getMethod())) {
            throw new ProblemException(
                    HttpStatus.SC_METHOD_NOT_ALLOWED, CallReason.HTTP_METHOD, "this path has " + method + " alone");
        }
    }

    private static void files(String[] segments, String path) throws ProblemException {
        if (!segments[1].equals(FILES)) {
            throw nothingAt(path);
        }
    }

    private static ProblemException nothingAt(String path) {
        return new ProblemException(HttpStatus.SC_NOT_FOUND, CallReason.HTTP_PATH, "nothing is at " + path);
    }

    private static HttpEntity json(JsonElement tree) {
        return new ByteArrayEntity(Json.bytes(tree), ContentType.APPLICATION_JSON);
    }
}
