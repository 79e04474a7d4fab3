package dev.nullbox.nullctl.command.program;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlTestCase;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.rpc.RpcException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A run beside an agent's own, as the operator sees it. */
class RunCommandTest extends NullctlTestCase {
    private final ByteArrayOutputStream input = new ByteArrayOutputStream();
    private final CountDownLatch inputEnded = new CountDownLatch(1);
    private volatile String exit = "";

    RunCommandTest(TestCertificates certificates) {
        super(certificates);
    }

    private void serve() throws Exception {
        appliance()
                .serve(
                        "cage",
                        List.of(
                                appliance().method("agent.run", _ -> json("{\"run\":7,\"exec\":\"e1\"}")),
                                appliance().method("agent.exec_write", this::write),
                                appliance().method("agent.exec_read", _ -> read()),
                                appliance().method("agent.exec_close", _ -> new JsonObject())));
    }

    private JsonElement write(JsonObject params) {
        byte[] data = Base64.getDecoder().decode(params.get("data").getAsString());
        input.writeBytes(data);
        if (params.get("end").getAsBoolean()) {
            inputEnded.countDown();
        }
        return json("{\"bytes\":" + data.length + "}");
    }

    private JsonElement read() {
        try {
            assertThat(inputEnded.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return json("{\"chunks\":[{\"stderr\":false,\"data\":\"" + base64("out\n") + "\"},{\"stderr\":true,\"data\":\""
                + base64("err\n") + "\"}],\"exit\":" + exit + "}");
    }

    @Test
    void aRunHasItsStreamsAndItsCode() throws Exception {
        exit = "{\"how\":\"exited\",\"code\":7}";
        serve();
        type("typed");
        assertThat(run("run", "-i", "--rm", "--timeout", "2m", "-e", "A=1", "coder", "--", "/app/task", "-x", ""))
                .isEqualTo(7);
        assertThat(out()).isEqualTo("out\n");
        assertThat(err()).isEqualTo("err\n");
        assertThat(input.toString(StandardCharsets.UTF_8)).isEqualTo("typed");
        assertThat(asked("agent.run"))
                .containsExactly(json("{\"agent\":\"coder\",\"args\":[\"/app/task\",\"-x\",\"\"],\"env\":[\"A=1\"],"
                        + "\"detached\":false,\"forget\":true,\"timeout_ms\":120000}"));
    }

    @Test
    void inputIsPassedOnWhenItIsAskedForAlone() throws Exception {
        exit = "{\"how\":\"exited\",\"code\":0}";
        serve();
        type("typed");
        assertThat(run("run", "coder")).isZero();
        assertThat(input.size()).isZero();
    }

    @Test
    void endsWithoutACodeHaveThoseOfShells() throws Exception {
        String[][] ends = {
            {"{\"how\":\"signalled\",\"signal\":9}", "137", "signalled"},
            {"{\"how\":\"not-found\",\"why\":\"/app: none\"}", "127", "/app: none"},
            {"{\"how\":\"not-executable\"}", "126", "not-executable"},
            {"{\"how\":\"timed-out\",\"why\":\"it was given 5 s\"}", "124", "it was given 5 s"},
            {"{\"how\":\"not-started\",\"why\":\"no lease\"}", "125", "no lease"},
        };
        serve();
        for (String[] end : ends) {
            exit = end[0];
            assertThat(run("run", "coder")).as(end[0]).isEqualTo(Integer.parseInt(end[1]));
            assertThat(err()).contains(end[2]);
        }
    }

    @Test
    void aRunAtATerminalHasItsSizeAndIsLeftByTwoKeys() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        appliance()
                .serve(
                        "cage",
                        List.of(
                                appliance().method("agent.run", _ -> json("{\"run\":7,\"exec\":\"e1\"}")),
                                appliance().method("agent.exec_write", this::write),
                                appliance().method("agent.exec_resize", _ -> new JsonObject()),
                                appliance().method("agent.exec_read", _ -> leftRead(left)),
                                appliance().method("agent.exec_close", _ -> {
                                    left.countDown();
                                    return new JsonObject();
                                })));
        type("ls\r\u0010x\u0010\u0011never");
        try (FixedTerminal terminal = new FixedTerminal()) {
            useTerminal(terminal);
            assertThat(run("run", "-it", "coder", "--", "bash")).isZero();
            assertThat(terminal.isClosed()).isTrue();
        }
        assertThat(err())
                .contains("Ctrl-P Ctrl-Q leaves the run to itself", "left run 7 of coder", "attach coder --run 7");
        assertThat(asked("agent.run")).singleElement().satisfies(asked -> {
            assertThat(asked.get("rows").getAsInt()).isEqualTo(30);
            assertThat(asked.get("columns").getAsInt()).isEqualTo(90);
            assertThat(asked.get("env")).hasToString("[\"TERM=xterm\"]");
        });
        assertThat(asked("agent.exec_close")).hasSize(1);
        assertThat(input.toString(StandardCharsets.UTF_8)).isEqualTo("ls\r\u0010x");
        useTerminalNoMore();
        assertThat(run("run", "-t", "coder")).isEqualTo(125);
        assertThat(err()).contains("standard input is no terminal: leave -t out");
    }

    private static JsonElement leftRead(CountDownLatch left) {
        boolean isLeft = left.getCount() == 0;
        return json("{\"chunks\":[]" + (isLeft ? ",\"exit\":{\"how\":\"crash\",\"why\":\"left\"}}" : "}"));
    }

    @Test
    void aDetachedRunIsItsNumber() throws Exception {
        appliance().serve("cage", List.of(appliance().method("agent.run", _ -> json("{\"run\":7}"))));
        assertThat(run("run", "-d", "coder")).isZero();
        assertThat(out()).isEqualTo("7\n");
        assertThat(run("run", "-d", "-i", "coder")).isZero();
        assertThat(run("run", "-dt", "coder", "--", "top")).isZero();
        assertThat(run("run", "--timeout", "0s", "coder")).isEqualTo(125);
        assertThat(err()).contains("--timeout is a number above 0");
        assertThat(run("run")).isEqualTo(2);
        assertThat(asked("agent.run"))
                .satisfiesExactly(
                        plain -> assertThat(plain.has("keep_input")).isFalse(),
                        kept -> {
                            assertThat(kept.get("keep_input").getAsBoolean()).isTrue();
                            assertThat(kept.has("rows")).isFalse();
                        },
                        terminal -> {
                            assertThat(terminal.get("rows").getAsInt()).isEqualTo(24);
                            assertThat(terminal.get("columns").getAsInt()).isEqualTo(80);
                            assertThat(terminal.get("env")).hasToString("[\"TERM=xterm\"]");
                        });
    }

    @Test
    void aRunThatIsRefusedIs125WithTheReason() throws Exception {
        appliance().serve("cage", List.of(appliance().method("agent.run", _ -> {
            throw new RpcException(AgentReason.RUN_LIMIT, "8 runs of coder live", "agent");
        })));
        assertThat(run("run", "coder")).isEqualTo(125);
        assertThat(err()).contains("RUN_LIMIT", "8 runs of coder live", "wait until one has ended");
    }

    @Test
    void runsAreListedWithTheirEnds() throws Exception {
        String list = "[{\"agent\":\"coder\",\"run\":7,\"state\":\"ended\",\"program\":\"/app\",\"client\":\"me\","
                + "\"begun_at_ms\":1796000000000,\"ended_at_ms\":1796000060000,"
                + "\"exit\":{\"how\":\"exited\",\"code\":3}}]";
        appliance().serve("cage", "agent.runs", list);
        assertThat(run("runs", "coder")).isZero();
        assertThat(out()).contains("coder", "7", "ended", "/app", "2026-11-30T", "exited 3");
        assertThat(run("runs", "--json")).isZero();
        assertThat(out()).isEqualTo(list + "\n");
        assertThat(run("runs", "-o", "name")).isZero();
        assertThat(asked("agent.runs").subList(0, 2)).containsExactly(json("{\"agent\":\"coder\"}"), json("{}"));
    }
}
