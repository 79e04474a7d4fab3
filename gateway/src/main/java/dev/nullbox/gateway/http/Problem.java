package dev.nullbox.gateway.http;

import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.Methods;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.util.List;
import java.util.Locale;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.impl.EnglishReasonPhraseCatalog;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;

/**
 * An error as RFC 9457 has it, {@code application/problem+json}: {@code title}, {@code status} and {@code detail}, with
 * {@code code} (the reason, as in docs/api.md), {@code kind}, {@code remedy} and, where one is at fault, {@code field}.
 */
record Problem(int status, RpcException error) {
    private static final ContentType MEDIA_TYPE = ContentType.create("application/problem+json");

    private static final Field<String> TYPE = Field.of("type", FieldType.TEXT, "about:blank: the status says it");
    private static final Field<String> TITLE = Field.of("title", FieldType.TEXT, "the status in words");
    private static final Field<Long> STATUS = Field.of("status", FieldType.whole(400, 599, ""), "");
    private static final Field<String> DETAIL = Field.of("detail", FieldType.TEXT, "what was wrong");
    private static final Field<String> KIND = Field.of("kind", FieldType.TEXT, "the kind of error");
    private static final Field<String> CODE = Field.of("code", FieldType.TEXT, "the reason, which is stable");
    private static final Field<String> REMEDY = Field.of("remedy", FieldType.TEXT, "the operator's next step");
    private static final Field<String> AT = Field.of("field", FieldType.TEXT, "the parameter or manifest path at fault")
            .optional();

    /** Its members, in their order. */
    static final List<Field<?>> MEMBERS = List.of(TYPE, TITLE, STATUS, DETAIL, KIND, CODE, REMEDY, AT);

    static Problem of(RpcException error) {
        return new Problem(status(error.kind()), error);
    }

    /** An error of HTTP itself. */
    static Problem of(int status, CallReason reason, String message) {
        return new Problem(status, new RpcException(reason, message));
    }

    /** A message that is no HTTP/1.1. */
    static Problem malformed(int status, String message) {
        return of(status, CallReason.HTTP, message);
    }

    private static int status(ErrorKind kind) {
        return switch (kind) {
            case PARSE, INVALID_REQUEST, INVALID_PARAMS -> HttpStatus.SC_BAD_REQUEST;
            case NO_METHOD, NOT_FOUND -> HttpStatus.SC_NOT_FOUND;
            case DENIED -> HttpStatus.SC_FORBIDDEN;
            case CONFLICT -> HttpStatus.SC_CONFLICT;
            case UNAVAILABLE -> HttpStatus.SC_SERVICE_UNAVAILABLE;
            case TIMEOUT -> HttpStatus.SC_GATEWAY_TIMEOUT;
            case INTERNAL -> HttpStatus.SC_INTERNAL_SERVER_ERROR;
        };
    }

    /** Makes it the response. */
    void into(ClassicHttpResponse response) {
        response.setCode(status);
        response.setEntity(new ByteArrayEntity(Json.bytes(Codec.encode(message())), MEDIA_TYPE));
    }

    private Message message() {
        return Message.of(
                        TYPE.is("about:blank"),
                        TITLE.is(EnglishReasonPhraseCatalog.INSTANCE.getReason(status, Locale.ROOT)),
                        STATUS.is((long) status),
                        DETAIL.is(error.getMessage()),
                        KIND.is(error.kind().name()),
                        CODE.is(error.detail()),
                        REMEDY.is(Methods.remedy(error.kind(), error.detail())))
                .and(AT, error.field());
    }
}
