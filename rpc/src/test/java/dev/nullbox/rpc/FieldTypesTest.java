package dev.nullbox.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Message;
import java.util.List;
import org.junit.jupiter.api.Test;

class FieldTypesTest {
    private static final Field<String> TEXT = Field.of("s", FieldType.TEXT, "");
    private static final Field<String> ABSENT = Field.of("absent", FieldType.TEXT, "");
    private static final Field<Long> WHOLE = Field.of("i", FieldType.whole(0, 10, ""), "");
    private static final Field<Boolean> TRUTH = Field.of("b", FieldType.TRUTH, "");
    private static final Field<List<String>> LIST = Field.of("l", FieldType.listOf(FieldType.TEXT), "");
    private static final Field<Object> ANY = Field.of("n", FieldType.ANY, "");
    private static final Field<byte[]> BYTES = Field.of("h", FieldType.BYTES, "");
    private static final Field<Message> STRUCT = Field.of("o", FieldType.struct(WHOLE.named("k")), "");

    private static Message read(String json, Field<?>... fields) throws RpcException {
        return Codec.decodeRequest(List.of(fields), Json.parse(json).getAsJsonObject());
    }

    private static void refused(String detail, String path, String json, Field<?>... fields) {
        assertThatThrownBy(() -> read(json, fields)).isInstanceOfSatisfying(RpcException.class, e -> {
            assertThat(e.kind()).isEqualTo(ErrorKind.INVALID_PARAMS);
            assertThat(e.detail()).isEqualTo(detail);
            assertThat(e.field()).hasValue(path);
        });
    }

    @Test
    void eachTypeIsTaken() throws Exception {
        Message read = read(
                "{\"s\":\"x\",\"i\":7,\"b\":true,\"l\":[\"a\",\"b\"],\"o\":{\"k\":1},\"n\":null,\"h\":\"aGk=\"}",
                TEXT,
                WHOLE,
                TRUTH,
                LIST,
                STRUCT,
                ANY,
                BYTES,
                ABSENT.optional());
        assertThat(read.get(TEXT)).isEqualTo("x");
        assertThat(read.find(ABSENT)).isEmpty();
        assertThat(read.getInt(WHOLE)).isEqualTo(7);
        assertThat(read("{}", WHOLE.otherwise(3L)).getInt(WHOLE.otherwise(3L))).isEqualTo(3);
        assertThat(read.get(TRUTH)).isTrue();
        assertThat(read.get(LIST)).containsExactly("a", "b");
        assertThat(read.get(STRUCT).values()).hasSize(1);
        assertThat((JsonElement) read.get(ANY)).isEqualTo(JsonNull.INSTANCE);
        assertThat(read.get(BYTES)).containsExactly('h', 'i');
    }

    @Test
    void wrongOnesAreRefusedByName() {
        refused("MISSING", "absent", "{}", ABSENT);
        refused("WRONG_TYPE", "s", "{\"s\":1}", TEXT);
        refused("WRONG_TYPE", "s", "{\"s\":null}", TEXT.optional());
        refused("WRONG_TYPE", "i", "{\"i\":1.5}", WHOLE);
        refused("WRONG_TYPE", "i", "{\"i\":\"7\"}", WHOLE);
        refused("WRONG_TYPE", "i", "{\"i\":1e999999999}", WHOLE);
        refused("WRONG_TYPE", "l[0]", "{\"l\":[1]}", LIST);
        refused("WRONG_TYPE", "h", "{\"h\":\"*\"}", BYTES);
        refused("OUT_OF_RANGE", "i", "{\"i\":11}", WHOLE);
        refused("UNKNOWN", "x", "{\"x\":1}");
    }
}
