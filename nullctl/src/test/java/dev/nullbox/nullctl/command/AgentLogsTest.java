package dev.nullbox.nullctl.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlTestCase;
import dev.nullbox.nullctl.terminal.Streams;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.LogContract;
import dev.nullbox.rpc.RpcException;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Output of an agent, as the operator sees it. */
class AgentLogsTest extends NullctlTestCase {
    private static final byte[] RAW = {'a', (byte) 0xff, 27, '[', 'm'};

    AgentLogsTest(TestCertificates certificates) {
        super(certificates);
    }

    private static String line(long run, String stream, byte[] data, boolean isPiece) {
        return "{\"at_ms\":1764396000123,\"run\":" + run + ",\"stream\":\"" + stream + "\",\"data\":\""
                + Base64.getEncoder().encodeToString(data) + "\",\"piece\":" + isPiece + "}";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Two pages: the first is not the end. */
    private void serve(String first, String second) throws Exception {
        appliance().serve("cage", List.of(appliance().method("agent.logs", params -> {
            boolean isSecond = params.has("after");
            if (isSecond && params.get("wait_ms").getAsLong() > 0) {
                throw new RpcException(ErrorKind.UNAVAILABLE, "ENDING", "the appliance is going down");
            }
            return json("{\"lines\":[" + (isSecond ? second : first) + "],\"next\":\"1-" + (isSecond ? 2 : 1)
                    + "\",\"at_end\":" + isSecond + ",\"lost\":false}");
        })));
    }

    @Test
    void redirectedBytesAreAsTheAgentWroteThem() throws Exception {
        serve(
                line(1, "stdout", RAW, true) + "," + line(1, "stderr", bytes("oh"), false),
                line(1, "stdout", bytes("b"), false) + "," + line(2, "note", bytes("7 bytes\u001b lost"), false));
        assertThat(run("logs", "hello", "--since", "2026-11-29T06:00:00Z", "--run", "1", "--grep", "x", "-n", "5"))
                .isZero();
        byte[] whole = Arrays.copyOf(RAW, RAW.length + 2);
        whole[RAW.length] = 'b';
        whole[RAW.length + 1] = '\n';
        assertThat(outBytes()).isEqualTo(whole);
        assertThat(err()).isEqualTo("oh\nnullctl: run 2: 7 bytes? lost\n");
        assertThat(asked("agent.logs").getFirst())
                .isEqualTo(json("{\"agent\":\"hello\",\"previous\":false,\"run\":1,\"grep\":\"x\","
                        + "\"since_ms\":1795932000000,\"last\":5}"));
    }

    @Test
    void timesAndJsonBeginOrHoldEachLine() throws Exception {
        serve(line(1, "stdout", bytes("one"), false), line(1, "stderr", bytes("two"), false));
        assertThat(run("logs", "hello", "-t")).isZero();
        assertThat(out()).isEqualTo("2025-11-29T06:00:00.123Z one\n");
        assertThat(err()).isEqualTo("2025-11-29T06:00:00.123Z two\n");
        assertThat(run("logs", "hello", "--json", "--previous")).isZero();
        assertThat(out().lines().map(NullctlTestCase::json))
                .containsExactly(
                        json("{\"at\":\"2025-11-29T06:00:00.123Z\",\"run\":1,\"stream\":\"stdout\",\"line\":\"one\"}"),
                        json("{\"at\":\"2025-11-29T06:00:00.123Z\",\"run\":1,\"stream\":\"stderr\",\"line\":\"two\"}"));
    }

    @Test
    void followedOutputGoesOnUntilTheApplianceGoes() throws Exception {
        serve(line(1, "stdout", bytes("one"), false), line(1, "stdout", bytes("two"), false));
        assertThat(run("logs", "-f", "hello")).isEqualTo(1);
        assertThat(out()).isEqualTo("one\ntwo\n");
        assertThat(err()).contains("the appliance is going down");
    }

    @Test
    void aTerminalGetsNoControlCharacter() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Streams streams = Streams.of(
                        InputStream.nullInputStream(), out, new ByteArrayOutputStream(), Map.of(), Optional.empty())
                .withSeen(true, false);
        Message line = Message.of(
                LogContract.AT.is(1L),
                Fields.RUN.is(1L),
                LogContract.STREAM.is("stdout"),
                LogContract.DATA.is(RAW),
                LogContract.IS_PIECE.is(false));
        new AgentLogPrinter(streams, false, false)
                .print("hello", Message.of(LogContract.LINES.is(List.of(line)), LogContract.LOST.is(false)));
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("a\ufffd\\x1b[m\n");
    }

    @Test
    void timesAreAgoOrAbsolute() throws Exception {
        Instant now = Instant.parse("2026-11-29T06:00:00Z");
        assertThat(AgentLogOptions.millis("10m", now)).isEqualTo(now.toEpochMilli() - 600_000);
        assertThat(AgentLogOptions.millis("2d", now)).isEqualTo(now.toEpochMilli() - 2 * 86_400_000);
        assertThat(AgentLogOptions.millis("2026-11-29T07:00:00+01:00", now)).isEqualTo(now.toEpochMilli());
        assertThatThrownBy(() -> AgentLogOptions.millis("yesterday", now))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("--since");
    }

    @Test
    void optionsOfTheOtherKindAreWrongUsage() {
        for (String[] words : new String[][] {
            {"logs", "--grep", "x"},
            {"logs", "--previous"},
            {"logs", "hello", "--source", "cage"},
            {"logs", "hello", "--previous", "--run", "1"},
            {"logs", "hello", "--since", "x"}
        }) {
            assertThat(run(words)).as("%s", List.of(words)).isEqualTo(2);
        }
    }
}
