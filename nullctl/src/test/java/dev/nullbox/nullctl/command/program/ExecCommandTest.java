package dev.nullbox.nullctl.command.program;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlTestCase;
import dev.nullbox.nullctl.terminal.Streams;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.rpc.RpcException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A program beside an agent, as the operator sees it. */
class ExecCommandTest extends NullctlTestCase {
    private final ByteArrayOutputStream input = new ByteArrayOutputStream();
    /** Of the next program: it ends once its input has. */
    private volatile CountDownLatch inputEnded = new CountDownLatch(1);

    ExecCommandTest(TestCertificates certificates) {
        super(certificates);
    }

    /** A program that takes all its input, says a line on each stream, and ends so. */
    private void serve(String exit) throws Exception {
        appliance()
                .serve(
                        "cage",
                        List.of(
                                appliance().method("agent.exec", _ -> json("{\"exec\":\"e1\"}")),
                                appliance().method("agent.exec_write", this::write),
                                appliance().method("agent.exec_read", params -> read(exit)),
                                appliance().method("agent.exec_close", _ -> new JsonObject())));
    }

    private JsonElement write(JsonObject params) {
        byte[] data = Base64.getDecoder().decode(params.get("data").getAsString());
        int taken = Math.min(data.length, 40_000);
        synchronized (input) {
            input.write(data, 0, taken);
        }
        if (params.get("end").getAsBoolean()) {
            inputEnded.countDown();
        }
        return json("{\"bytes\":" + taken + "}");
    }

    private JsonElement read(String exit) {
        try {
            assertThat(inputEnded.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return json("{\"chunks\":[{\"stderr\":false,\"data\":\"" + base64("out\u001b\n")
                + "\"},{\"stderr\":true,\"data\":\"" + base64("err\n") + "\"}],\"exit\":" + exit + "}");
    }

    @Test
    void aProgramHasItsStreamsAndItsCode() throws Exception {
        serve("{\"how\":\"exited\",\"code\":7}");
        byte[] typed = "x".repeat(100_000).getBytes(StandardCharsets.UTF_8);
        type(typed);
        assertThat(run(
                        "exec", "-u", "root", "-w", "/tmp", "-e", "A=1", "-e", "B=", "hello", "--", "cmd", "-x", "--",
                        ""))
                .isEqualTo(7);
        assertThat(out()).isEqualTo("out\u001b\n");
        assertThat(err()).isEqualTo("err\n");
        assertThat(input.toByteArray()).isEqualTo(typed);
        assertThat(asked("agent.exec"))
                .containsExactly(json("{\"agent\":\"hello\",\"words\":[\"cmd\",\"-x\",\"--\",\"\"],"
                        + "\"env\":[\"A=1\",\"B=\"],\"user\":\"root\",\"workdir\":\"/tmp\"}"));
        assertThat(asked("agent.exec_close")).hasSize(1);
    }

    @Test
    void aTerminalIsNotReadUnlessAskedFor() throws Exception {
        serve("{\"how\":\"exited\",\"code\":0}");
        type("typed");
        sitAtTerminal();
        assertThat(run("exec", "hello", "--", "cmd")).isZero();
        assertThat(input.size()).isZero();
        inputEnded = new CountDownLatch(1);
        assertThat(run("exec", "-i", "hello", "--", "cmd")).isZero();
        assertThat(input.toString(StandardCharsets.UTF_8)).isEqualTo("typed");
    }

    @Test
    void aSignalIsACodeOf128AndMore() throws Exception {
        serve("{\"how\":\"signalled\",\"signal\":9}");
        assertThat(run("exec", "hello", "--", "cmd")).isEqualTo(137);
    }

    @Test
    void aProgramThatWasNotRunIs125() throws Exception {
        serve("{\"how\":\"crash\",\"why\":\"its guest is gone\"}");
        assertThat(run("exec", "hello", "--", "cmd")).isEqualTo(125);
        assertThat(err()).contains("its guest is gone");
    }

    @Test
    void aStoppedAgentIs125WithTheReason() throws Exception {
        appliance().serve("cage", List.of(appliance().method("agent.exec", _ -> {
            throw new RpcException(AgentReason.AGENT_STOPPED, "hello does not run; start it first", "agent");
        })));
        assertThat(run("exec", "hello", "--", "cmd")).isEqualTo(125);
        assertThat(err()).contains("AGENT_STOPPED", "hello does not run; start it first");
        assertThat(run("exec", "hello")).isEqualTo(2);
    }

    /** A terminal whose window is made larger once its first size was asked for. */
    private static final class GrowingTerminal implements Streams.Terminal, Streams.RawMode {
        private final AtomicInteger asked = new AtomicInteger();
        private boolean isClosed;

        @Override
        public Optional<char[]> ask(String question) {
            return Optional.empty();
        }

        @Override
        public Streams.RawMode raw() {
            return this;
        }

        @Override
        public Streams.Size size() {
            return asked.getAndIncrement() == 0 ? new Streams.Size(30, 90) : new Streams.Size(50, 150);
        }

        @Override
        public void close() {
            isClosed = true;
        }
    }

    @Test
    void aProgramAtATerminalFollowsItsSize() throws Exception {
        CountDownLatch resized = new CountDownLatch(1);
        appliance()
                .serve(
                        "cage",
                        List.of(
                                appliance().method("agent.exec", _ -> json("{\"exec\":\"e1\"}")),
                                appliance().method("agent.exec_write", this::write),
                                appliance().method("agent.exec_resize", _ -> {
                                    resized.countDown();
                                    return new JsonObject();
                                }),
                                appliance().method("agent.exec_read", _ -> {
                                    boolean isOver = resized.getCount() == 0;
                                    return json("{\"chunks\":[]"
                                            + (isOver ? ",\"exit\":{\"how\":\"exited\",\"code\":3}}" : "}"));
                                }),
                                appliance().method("agent.exec_close", _ -> new JsonObject())));
        GrowingTerminal terminal = new GrowingTerminal();
        useTerminal(terminal);
        assertThat(run("exec", "-it", "hello", "--", "vi")).isEqualTo(3);
        assertThat(asked("agent.exec")).singleElement().satisfies(asked -> {
            assertThat(asked.get("rows").getAsInt()).isEqualTo(30);
            assertThat(asked.get("columns").getAsInt()).isEqualTo(90);
            assertThat(asked.get("env").toString()).isEqualTo("[\"TERM=xterm\"]");
        });
        assertThat(asked("agent.exec_resize")).containsExactly(json("{\"exec\":\"e1\",\"rows\":50,\"columns\":150}"));
        assertThat(terminal.isClosed).isTrue();
    }

    @Test
    void noTerminalIsGivenWithoutOneHere() {
        assertThat(run("exec", "-t", "hello", "--", "vi")).isEqualTo(125);
        assertThat(err()).contains("standard input is no terminal: leave -t out");
        assertThat(asked("agent.exec")).isEmpty();
    }
}
