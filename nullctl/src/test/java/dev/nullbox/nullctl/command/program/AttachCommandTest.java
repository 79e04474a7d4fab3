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

/** The streams of a run that is under way, as another operator sees them. */
class AttachCommandTest extends NullctlTestCase {
    private final ByteArrayOutputStream input = new ByteArrayOutputStream();
    private volatile CountDownLatch closed = new CountDownLatch(1);
    private volatile String awaited = "";

    AttachCommandTest(TestCertificates certificates) {
        super(certificates);
    }

    /** A run that ends once the awaited input has come; without any, when it is read. */
    private void serve(boolean hasInput, boolean hasTerminal) throws Exception {
        appliance()
                .serve(
                        "cage",
                        List.of(
                                appliance()
                                        .method(
                                                "agent.attach",
                                                _ -> json("{\"exec\":\"e1\",\"run\":7,\"takes_input\":" + hasInput
                                                        + ",\"has_terminal\":" + hasTerminal + "}")),
                                appliance().method("agent.exec_write", this::write),
                                appliance().method("agent.exec_resize", _ -> new JsonObject()),
                                appliance().method("agent.exec_read", _ -> read()),
                                appliance().method("agent.exec_close", _ -> {
                                    closed.countDown();
                                    return new JsonObject();
                                })));
    }

    private JsonElement write(JsonObject params) {
        byte[] data = Base64.getDecoder().decode(params.get("data").getAsString());
        input.writeBytes(data);
        if (params.get("end").getAsBoolean()) {
            input.writeBytes("<end>".getBytes(StandardCharsets.UTF_8));
        }
        return json("{\"bytes\":" + data.length + "}");
    }

    private String typed() {
        return input.toString(StandardCharsets.UTF_8);
    }

    private JsonElement read() {
        try {
            boolean isLeft = closed.await(20, TimeUnit.MILLISECONDS);
            boolean isOver = !isLeft && typed().equals(awaited);
            return json("{\"chunks\":[{\"stderr\":false,\"data\":\"" + base64(isOver ? "out\n" : "") + "\"}]"
                    + (isOver ? ",\"lost_bytes\":12,\"exit\":{\"how\":\"exited\",\"code\":3}" : "")
                    + (isLeft ? ",\"exit\":{\"how\":\"crash\",\"why\":\"left\"}" : "")
                    + "}");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anAgentsOwnRunIsShownToItsEnd() throws Exception {
        serve(false, false);
        type("never");
        assertThat(run("attach", "hello")).isEqualTo(3);
        assertThat(out()).isEqualTo("out\n");
        assertThat(err())
                .contains("attached to run 7 of hello, without input; Ctrl-C leaves it")
                .contains("12 bytes of output were not read in time");
        assertThat(typed()).isEmpty();
        assertThat(asked("agent.attach")).containsExactly(json("{\"agent\":\"hello\"}"));
        assertThat(asked("agent.exec_close")).hasSize(1);
    }

    @Test
    void inputIsPassedOnToItsEndUnlessOneOnlyLooks() throws Exception {
        serve(true, false);
        type("typed");
        awaited = "typed<end>";
        assertThat(run("attach", "coder", "--run", "7")).isEqualTo(3);
        assertThat(asked("agent.attach")).containsExactly(json("{\"agent\":\"coder\",\"run\":7}"));
        input.reset();
        closed = new CountDownLatch(1);
        awaited = "";
        assertThat(run("attach", "coder", "--no-input")).isEqualTo(3);
        assertThat(typed()).isEmpty();
    }

    @Test
    void aTerminalIsDrawnAnewAndLeftByTwoKeys() throws Exception {
        serve(true, true);
        type("ls\u0010\u0011never");
        awaited = "never comes";
        try (FixedTerminal terminal = new FixedTerminal()) {
            useTerminal(terminal);
            assertThat(run("attach", "coder", "--run", "7")).isZero();
            assertThat(terminal.isClosed()).isTrue();
        }
        assertThat(err())
                .contains("attached to run 7 of coder; Ctrl-P Ctrl-Q leaves it")
                .contains("left run 7 of coder, which goes on");
        assertThat(typed()).isEqualTo("ls");
        assertThat(asked("agent.exec_resize"))
                .containsExactly(
                        json("{\"exec\":\"e1\",\"rows\":31,\"columns\":90}"),
                        json("{\"exec\":\"e1\",\"rows\":30,\"columns\":90}"));
    }

    @Test
    void anAgentThatDoesNotRunIs125WithTheRemedy() throws Exception {
        appliance().serve("cage", List.of(appliance().method("agent.attach", _ -> {
            throw new RpcException(AgentReason.AGENT_STOPPED, "hello does not run; start it first", "agent");
        })));
        assertThat(run("attach", "hello")).isEqualTo(125);
        assertThat(err()).contains("AGENT_STOPPED", "start it first");
    }
}
