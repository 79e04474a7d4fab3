package dev.nullbox.ctxgraph.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class McpSchemaTest {
    private static final List<Field<?>> ALL = List.of(
            Field.of("text", FieldType.TEXT, "a text"),
            Field.of("whole", FieldType.whole(1, 1_000, ""), "").optional(),
            Field.of("real", new FieldType.Real(), "").optional(),
            Field.of("truth", FieldType.TRUTH, "").optional(),
            Field.of("any", FieldType.ANY, "").optional(),
            Field.of("many", FieldType.listOf(FieldType.struct(Field.of("name", FieldType.TEXT, ""))), "")
                    .optional());

    private static void check(String arguments) throws RpcException {
        Codec.decodeOpen(ALL, McpSchema.requireMembers(ALL, true, Json.parse(arguments)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|text|MISSING",
                "[]|arguments|WRONG_TYPE",
                "null|arguments|WRONG_TYPE",
                "{\"text\":1}|text|WRONG_TYPE",
                "{\"text\":null}|text|WRONG_TYPE",
                "{\"text\":\"\",\"other\":1}|other|UNKNOWN",
                "{\"text\":\"\",\"whole\":\"1\"}|whole|WRONG_TYPE",
                "{\"text\":\"\",\"whole\":1.5}|whole|WRONG_TYPE",
                "{\"text\":\"\",\"whole\":1e999999999}|whole|WRONG_TYPE",
                "{\"text\":\"\",\"whole\":0}|whole|OUT_OF_RANGE",
                "{\"text\":\"\",\"whole\":1001}|whole|OUT_OF_RANGE",
                "{\"text\":\"\",\"real\":\"1\"}|real|WRONG_TYPE",
                "{\"text\":\"\",\"truth\":0}|truth|WRONG_TYPE",
                "{\"text\":\"\",\"many\":{}}|many|WRONG_TYPE",
                "{\"text\":\"\",\"many\":[{\"name\":\"\"},7]}|many[1]|WRONG_TYPE",
                "{\"text\":\"\",\"many\":[{}]}|many[0].name|MISSING",
            })
    void namesTheFieldAtFault(String arguments, String field, String detail) throws Exception {
        assertThatThrownBy(() -> check(arguments)).isInstanceOfSatisfying(RpcException.class, refused -> {
            assertThat(refused.field()).isEqualTo(Optional.of(field));
            assertThat(refused.detail()).isEqualTo(detail);
            assertThat(refused.getMessage()).startsWith(field + ": ");
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"text\":\"\"}",
                "{\"text\":\"x\",\"whole\":1000,\"real\":1.5e3,\"truth\":false,\"any\":null}",
                "{\"text\":\"x\",\"whole\":1.0,\"many\":[]}",
                "{\"text\":\"x\",\"many\":[{\"name\":\"n\",\"more\":1}]}",
            })
    void letsPassWhatFits(String arguments) throws Exception {
        check(arguments);
    }

    @Test
    void showsItself() {
        List<Field<?>> fields = List.of(
                Field.of("text", FieldType.TEXT, "a text"),
                Field.of("whole", FieldType.whole(1, 2, ""), "").optional());
        JsonObject schema = McpSchema.ofArguments(fields, true);
        assertThat(schema.remove("$schema").getAsString()).isEqualTo("http://json-schema.org/draft-07/schema#");
        assertThat(Json.write(schema))
                .isEqualTo(
                        "{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\",\"description\":\"a text\"},"
                                + "\"whole\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":2}},\"required\":[\"text\"],"
                                + "\"additionalProperties\":false}");
    }
}
