package dev.nullbox.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ParamsTest {
    private static Params params(String json) throws RpcException {
        return new Params(Json.parse(json).getAsJsonObject());
    }

    private static void refused(String detail, String field, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(RpcException.class, e -> {
            assertThat(e.code()).isEqualTo(RpcException.Code.INVALID_PARAMS);
            assertThat(e.detail()).isEqualTo(detail);
            assertThat(e.field()).hasValue(field);
        });
    }

    @Test
    void takesEachType() throws Exception {
        Params params = params(
                "{\"s\":\"x\",\"i\":7,\"b\":true,\"l\":[\"a\",\"b\"],\"o\":{\"k\":1},\"n\":null,\"h\":\"aGk=\"}");
        assertThat(params.string("s")).isEqualTo("x");
        assertThat(params.optionalString("absent")).isEmpty();
        assertThat(params.integer("i", 0, 10)).isEqualTo(7);
        assertThat(params.optionalInteger("absent", 0, 10, 3)).isEqualTo(3);
        assertThat(params.optionalBool("b", false)).isTrue();
        assertThat(params.strings("l")).containsExactly("a", "b");
        assertThat(params.object("o").size()).isEqualTo(1);
        assertThat(params.any("n").isJsonNull()).isTrue();
        assertThat(params.base64("h")).containsExactly('h', 'i');
        params.done();
    }

    @Test
    void refusesWrongOnesByName() throws Exception {
        Params params = params("{\"s\":1,\"i\":1.5,\"t\":\"7\",\"big\":1e999999999,\"l\":[1],\"h\":\"*\",\"n\":null}");
        refused("MISSING", "absent", () -> params.string("absent"));
        refused("WRONG_TYPE", "s", () -> params.string("s"));
        refused("WRONG_TYPE", "n", () -> params.optionalString("n"));
        refused("WRONG_TYPE", "i", () -> params.integer("i", 0, 10));
        refused("WRONG_TYPE", "t", () -> params.integer("t", 0, 10));
        refused("WRONG_TYPE", "big", () -> params.integer("big", 0, 10));
        refused("WRONG_TYPE", "l[0]", () -> params.strings("l"));
        refused("WRONG_TYPE", "h", () -> params.base64("h"));
        refused("OUT_OF_RANGE", "i", () -> params("{\"i\":11}").integer("i", 0, 10));
        refused("UNKNOWN", "x", () -> params("{\"x\":1}").done());
    }
}
