package dev.nullbox.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.ErrorKind;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonRpcCodecTest {
    private static JsonRpcCodec.Incoming decode(String text) {
        return JsonRpcCodec.decodeRequest(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsARequest() {
        assertThat(decode("{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"m\",\"params\":{\"a\":1}}"))
                .isInstanceOfSatisfying(JsonRpcCodec.Request.class, request -> {
                    assertThat(request.id()).hasValue(new JsonPrimitive("x"));
                    assertThat(request.method()).isEqualTo("m");
                    assertThat(request.params().get("a").getAsInt()).isEqualTo(1);
                });
    }

    @Test
    void tellsANotificationFromANullId() {
        assertThat(decode("{\"jsonrpc\":\"2.0\",\"method\":\"m\"}"))
                .isInstanceOfSatisfying(JsonRpcCodec.Request.class, request -> {
                    assertThat(request.id()).isEmpty();
                    assertThat(request.params().size()).isZero();
                });
        assertThat(decode("{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":null}"))
                .isInstanceOfSatisfying(
                        JsonRpcCodec.Request.class,
                        request -> assertThat(request.id()).hasValue(JsonNull.INSTANCE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]                                                   | null | INVALID_REQUEST | BATCH",
                "3                                                    | null | INVALID_REQUEST | NOT_AN_OBJECT",
                "{                                                    | null | PARSE           | JSON",
                "{\"id\":1}                                           | 1    | INVALID_REQUEST | VERSION",
                "{\"id\":1,\"jsonrpc\":\"1.0\",\"method\":\"m\"}      | 1    | INVALID_REQUEST | VERSION",
                "{\"id\":1,\"jsonrpc\":2.0,\"method\":\"m\"}          | 1    | INVALID_REQUEST | VERSION",
                "{\"id\":1,\"jsonrpc\":\"2.0\"}                       | 1    | INVALID_REQUEST | METHOD",
                "{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":1}          | 1    | INVALID_REQUEST | METHOD",
                "{\"id\":{},\"jsonrpc\":\"2.0\",\"method\":\"m\"}     | null | INVALID_REQUEST | ID",
                "{\"id\":true,\"jsonrpc\":\"2.0\",\"method\":\"m\"}   | null | INVALID_REQUEST | ID",
                "{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"m\",\"x\":1}        | 1 | INVALID_REQUEST | MEMBER",
                "{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":[]}  | 1 | INVALID_PARAMS | NOT_AN_OBJECT",
                "{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":null}| 1 | INVALID_PARAMS | NOT_AN_OBJECT",
            })
    void reportsTheFaultOfARequest(String text, String id, ErrorKind code, String detail) {
        assertThat(decode(text)).isInstanceOfSatisfying(JsonRpcCodec.Malformed.class, malformed -> {
            assertThat(Json.write(malformed.id())).isEqualTo(id);
            assertThat(malformed.error().kind()).isEqualTo(code);
            assertThat(malformed.error().detail()).isEqualTo(detail);
        });
    }

    @Test
    void boundsTheId() {
        String longest = "i".repeat(JsonRpcCodec.MAX_ID_LENGTH);
        assertThat(decode("{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":\"" + longest + "\"}"))
                .isInstanceOf(JsonRpcCodec.Request.class);
        assertThat(decode("{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":\"" + longest + "i\"}"))
                .isInstanceOf(JsonRpcCodec.Malformed.class);
    }

    @ParameterizedTest
    @EnumSource(ErrorKind.class)
    void carriesEveryError(ErrorKind code) throws Exception {
        JsonElement id = new JsonPrimitive(5);
        byte[] bytes = JsonRpcCodec.encodeError(id, new RpcException(code, "DETAIL", "what was wrong", "a.b"));
        assertThat(JsonRpcCodec.decodeReply(bytes)).isInstanceOfSatisfying(JsonRpcCodec.Failure.class, failure -> {
            assertThat(failure.id().getAsInt()).isEqualTo(5);
            assertThat(failure.error().kind()).isEqualTo(code);
            assertThat(failure.error().detail()).isEqualTo("DETAIL");
            assertThat(failure.error().getMessage()).isEqualTo("what was wrong");
            assertThat(failure.error().field()).hasValue("a.b");
        });
    }

    @Test
    void errorsHaveTheFormOfTheContract() {
        RpcException error = new RpcException(ErrorKind.NOT_FOUND, "NO_AGENT", "there is none");
        assertThat(new String(JsonRpcCodec.encodeError(JsonNull.INSTANCE, error), StandardCharsets.UTF_8))
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32002,\"message\":\"there is none\","
                        + "\"data\":{\"kind\":\"NOT_FOUND\",\"detail\":\"NO_AGENT\"}}}");
    }

    @Test
    void readsBackRequestsAndResults() throws Exception {
        JsonObject params = new JsonObject();
        params.addProperty("a", "\n");
        byte[] request = JsonRpcCodec.encodeRequest(new JsonPrimitive(1), "m", params);
        assertThat(request).doesNotContain((byte) '\n');
        assertThat(JsonRpcCodec.decodeRequest(request))
                .isInstanceOfSatisfying(
                        JsonRpcCodec.Request.class,
                        read -> assertThat(read.params()).isEqualTo(params));
        byte[] notification = "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{}}".getBytes(StandardCharsets.UTF_8);
        assertThat(JsonRpcCodec.decodeRequest(notification))
                .isInstanceOfSatisfying(
                        JsonRpcCodec.Request.class,
                        read -> assertThat(read.id()).isEmpty());
        assertThat(JsonRpcCodec.decodeReply(JsonRpcCodec.encodeResult(new JsonPrimitive(1), JsonNull.INSTANCE)))
                .isEqualTo(new JsonRpcCodec.Result(new JsonPrimitive(1), JsonNull.INSTANCE));
    }

    @Test
    void readsTheOperatorOnHostSocketsOnly() {
        Operator operator = new Operator("ada", "ab".repeat(32));
        byte[] request = JsonRpcCodec.encodeRequest(new JsonPrimitive(1), "m", new JsonObject(), Optional.of(operator));
        assertThat(JsonRpcCodec.decodeHostRequest(request))
                .isInstanceOfSatisfying(
                        JsonRpcCodec.Request.class,
                        read -> assertThat(read.operator()).contains(operator));
        assertThat(JsonRpcCodec.decodeRequest(request))
                .isInstanceOfSatisfying(
                        JsonRpcCodec.Malformed.class,
                        read -> assertThat(read.error().is(CallReason.MEMBER)).isTrue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{}", "{\"id\":1,\"error\":3}", "{\"id\":1,\"result\":1,\"error\":{}}"})
    void refusesOtherTextsThanReplies(String text) {
        assertThatThrownBy(() -> JsonRpcCodec.decodeReply(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(RpcException.class);
    }
}
