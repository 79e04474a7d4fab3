package dev.nullbox.ctxgraph.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class McpSchemaTest {
    private static final McpSchema.Shape ALL = McpSchema.shape()
            .with("text", McpSchema.text("a text"))
            .may("whole", new McpSchema.Whole("", 1, 1_000))
            .may("real", McpSchema.real(""))
            .may("truth", McpSchema.truth(""))
            .may("any", new McpSchema.Any(""))
            .may("many", new McpSchema.Many(McpSchema.shape().with("name", McpSchema.text("")), ""))
            .close();

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
        assertThatThrownBy(() -> ALL.check("", Json.parse(arguments)))
                .isInstanceOfSatisfying(RpcException.class, refused -> {
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
        ALL.check("", Json.parse(arguments));
    }

    @Test
    void showsItself() {
        McpSchema.Shape shape = McpSchema.shape()
                .with("text", McpSchema.text("a text"))
                .may("whole", new McpSchema.Whole("", 1, 2))
                .close();
        assertThat(Json.write(shape.describe()))
                .isEqualTo(
                        "{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\",\"description\":\"a text\"},"
                                + "\"whole\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":2}},\"required\":[\"text\"],"
                                + "\"additionalProperties\":false}");
    }
}
