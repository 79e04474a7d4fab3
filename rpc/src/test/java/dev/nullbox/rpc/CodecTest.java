package dev.nullbox.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.api.Methods;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.SecretName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {
    private static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    private static Message lease(String params) throws RpcException {
        return Codec.decodeRequest(VaultContract.LEASE_FOR.request(), json(params));
    }

    @Test
    void readsARequestAndFillsInDefaults() throws RpcException {
        Message request = lease("""
                {"agent": "ada", "run": 7, "refs": [{"name": "KEY"}, {"name": "B", "reads": 3, "deliver": "fetch"}]}""");
        assertThat(request.get(VaultContract.AGENT)).isEqualTo(new AgentName("ada"));
        assertThat(request.get(VaultContract.RUN)).isEqualTo("7");
        List<Message> refs = request.get(VaultContract.REFS);
        assertThat(refs.get(0).get(VaultContract.NAME).value()).isEqualTo("KEY");
        assertThat(refs.get(0).get(VaultContract.READS)).isEqualTo(1);
        assertThat(refs.get(0).find(VaultContract.TTL_S)).isEmpty();
        assertThat(refs.get(1).get(VaultContract.READS)).isEqualTo(3);
        assertThat(refs.get(1).get(VaultContract.DELIVER)).isEqualTo("fetch");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"run\": 1, \"refs\": []} | MISSING | agent",
                "{\"agent\": \"ada\", \"run\": 1, \"refs\": [], \"more\": 1} | UNKNOWN | more",
                "{\"agent\": \"ada\", \"run\": true, \"refs\": []} | WRONG_TYPE | run",
                "{\"agent\": \"ada\", \"run\": \"a b\", \"refs\": []} | OUT_OF_RANGE | run",
                "{\"agent\": \"-\", \"run\": 1, \"refs\": []} | OUT_OF_RANGE | agent",
                "{\"agent\": \"ada\", \"run\": 1, \"refs\": {}} | WRONG_TYPE | refs",
                "{\"agent\": \"ada\", \"run\": 1, \"refs\": [{\"name\": \"1\"}]} | NAME_INVALID | refs[0].name",
                "{\"agent\": \"ada\", \"run\": 1, \"refs\": [{\"name\": \"A\", \"reads\": 0}]} | OUT_OF_RANGE | refs[0].reads",
                "{\"agent\": \"ada\", \"run\": 1, \"refs\": [{\"name\": \"A\", \"reads\": 1.5}]} | WRONG_TYPE | refs[0].reads",
                "{\"agent\": \"ada\", \"run\": 1, \"refs\": [{\"name\": \"A\", \"deliver\": \"mail\"}]} | WRONG_TYPE | refs[0].deliver"
            })
    void namesTheFieldAtFault(String params, String reason, String field) {
        assertThatThrownBy(() -> lease(params)).isInstanceOfSatisfying(RpcException.class, refusal -> {
            assertThat(refusal.detail()).isEqualTo(reason);
            assertThat(refusal.field()).contains(field);
            assertThat(refusal.getMessage()).startsWith(field + ": ");
        });
    }

    @Test
    void refusesBytesByTheReasonOfTheirField() {
        String longer = "A".repeat(4 * (VaultContract.MAX_VALUE_BYTES / 3 + 2));
        assertThatThrownBy(() -> Codec.decodeRequest(
                        VaultContract.SET.request(), json("{\"name\": \"A\", \"value\": \"" + longer + "\"}")))
                .isInstanceOfSatisfying(
                        RpcException.class,
                        refusal -> assertThat(refusal.detail()).isEqualTo("VALUE_TOO_LARGE"));
        assertThatThrownBy(() ->
                        Codec.decodeRequest(VaultContract.SET.request(), json("{\"name\": \"A\", \"value\": \"\"}")))
                .isInstanceOfSatisfying(
                        RpcException.class,
                        refusal -> assertThat(refusal.detail()).isEqualTo("VALUE_EMPTY"));
    }

    @Test
    void writesWhatItReads() throws RpcException {
        Message answer = Message.of(
                VaultContract.VALUE.is("s".getBytes(StandardCharsets.UTF_8)),
                VaultContract.VERSION.is(2L),
                VaultContract.NAME.is(new SecretName("A")));
        assertThat(Codec.encode(answer)).isEqualTo(json("{\"value\": \"cw==\", \"version\": 2, \"name\": \"A\"}"));
        Message read = Codec.decodeResult("vault.get", VaultContract.GET.result(), Codec.encode(answer));
        assertThat(read.get(VaultContract.VALUE)).containsExactly('s');
        assertThat(read.getInt(VaultContract.VERSION)).isEqualTo(2);
    }

    @Test
    void ignoresUnknownMembersOfAResponse() throws RpcException {
        assertThat(Codec.decodeResult("egress.add", EgressContract.ADD.result(), json("{\"rules\": 1, \"new\": 2}"))
                        .get(EgressContract.RULES))
                .isEqualTo(1);
        assertThatThrownBy(() -> Codec.decodeResult("egress.add", EgressContract.ADD.result(), json("{}")))
                .isInstanceOfSatisfying(
                        RpcException.class,
                        refusal -> assertThat(refusal.is(CallReason.UNEXPECTED)).isTrue());
    }

    static List<Method<?>> methods() {
        return Methods.ALL;
    }

    /** Defaults of fields are within the fields' own bounds. */
    @ParameterizedTest
    @MethodSource("methods")
    void defaultsAreWithinBounds(Method<?> method) throws RpcException {
        for (Field<?> field : method.request()) {
            if (field.otherwise().isPresent()) {
                JsonObject member = new JsonObject();
                member.add(field.name(), Codec.encodeAny(field.otherwise().get()));
                assertThat(Codec.decodeRequest(List.of(field), member).has(field))
                        .isTrue();
            }
        }
    }

    @Test
    void aRequestsBytesCanBeWiped() throws RpcException {
        Message request = Codec.decodeRequest(List.of(VaultContract.VALUE), json("{\"value\": \"cw==\"}"));
        byte[] value = request.get(VaultContract.VALUE);
        request.wipe();
        assertThat(value).containsExactly(0);
    }

    @Test
    void bytesOfASecretMethodAreWipedOnceTheyAreEncoded() throws RpcException {
        List<byte[]> seen = new ArrayList<>();
        RpcMethod lease = RpcMethod.of(VaultContract.LEASE_FOR, (caller, request) -> {
            seen.add(new byte[] {'s'});
            return Message.of(VaultContract.LEASE.is("L1"), VaultContract.VALUES.is(Map.of("A", seen.getLast())));
        });
        RpcMethod set = RpcMethod.of(VaultContract.SET, (caller, request) -> {
            seen.add(request.get(VaultContract.VALUE));
            return Message.of();
        });
        Caller root = new Caller("root", "root");
        assertThat(lease.handler().handle(root, json("{\"agent\": \"a\", \"run\": 1, \"refs\": []}")))
                .hasToString("{\"lease\":\"L1\",\"secrets\":{\"A\":\"cw==\"}}");
        set.handler().handle(root, json("{\"name\": \"A\", \"value\": \"cw==\"}"));
        assertThat(seen).hasSize(2).allSatisfy(bytes -> assertThat(bytes).containsExactly(0));
    }

    /** They once stayed in memory. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'secrets': {'A': 's3cr3t', 'B': 1}, 'lease': 'L1'}",
                "{'secrets': {'A': 's3cr3t', 'B': 't0k3n'}, 'lease': 1}",
                "{'secrets': {'A': 's3cr3t', 'B': 't0k3n'}}",
            })
    void bytesInAMapAreWipedWhenTheRestIsMalformed(String answer) {
        List<byte[]> decoded = new ArrayList<>();
        FieldType<byte[]> bytes = new FieldType.Parsed<>(
                text -> {
                    decoded.add(text.getBytes(StandardCharsets.US_ASCII));
                    return decoded.getLast();
                },
                value -> "",
                "",
                CallReason.WRONG_TYPE);
        Field<Map<String, byte[]>> secrets = Field.of("secrets", new FieldType.MapOf<>(bytes), "");
        FieldType<Message> type = FieldType.struct(secrets, VaultContract.LEASE);
        assertThatThrownBy(() -> Codec.decodeResult("m", type, JsonParser.parseString(answer.replace('\'', '"'))))
                .isInstanceOf(RpcException.class);
        assertThat(decoded).isNotEmpty().allSatisfy(value -> assertThat(value).containsOnly(0));
    }
}
