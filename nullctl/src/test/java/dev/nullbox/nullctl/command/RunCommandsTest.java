package dev.nullbox.nullctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlTestCase;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.rpc.RpcException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ends of runs, events, and all that is known of an agent, as the operator sees them. */
class RunCommandsTest extends NullctlTestCase {
    RunCommandsTest(TestCertificates certificates) {
        super(certificates);
    }

    /** A run whose end is told to whoever asks for it by its number. */
    private void serveEnd(String end) throws Exception {
        appliance()
                .serve(
                        "cage",
                        List.of(appliance()
                                .method(
                                        "agent.wait",
                                        params -> JsonParser.parseString(
                                                params.has("run")
                                                        ? "{\"run\":3,\"over\":true" + end + "}"
                                                        : "{\"run\":3,\"over\":false}"))));
    }

    @Test
    void aWaitEndsWithTheRunsCode() throws Exception {
        serveEnd(",\"exit\":{\"how\":\"exited\",\"code\":7}");
        assertThat(run("wait", "job")).isEqualTo(7);
        assertThat(out()).isEqualTo("7\n");
        assertThat(asked("agent.wait"))
                .containsExactly(
                        json("{\"agent\":\"job\",\"wait_ms\":10000}"),
                        json("{\"agent\":\"job\",\"wait_ms\":10000,\"run\":3}"));
    }

    @Test
    void aSignalIsACodeOf128AndMore() throws Exception {
        serveEnd(",\"exit\":{\"how\":\"signalled\",\"signal\":9}");
        assertThat(run("wait", "job")).isEqualTo(137);
    }

    @Test
    void anEndWithoutACodeIs125() throws Exception {
        serveEnd(",\"why\":\"no lease\"");
        assertThat(run("wait", "job")).isEqualTo(125);
        assertThat(out()).isEmpty();
        assertThat(err()).contains("no run of it has ended: no lease");
    }

    private static String event(int seq, String agent, String name) {
        return "{\"seq\":" + seq + ",\"t\":1.5,\"source\":\"cage\",\"event\":\"" + name + "\",\"agent\":\"" + agent
                + "\"}";
    }

    private void serveRecords() throws Exception {
        String records = String.join(
                ",",
                event(1, "a", "agent.started"),
                event(2, "a", "agent.console"),
                "{\"seq\":3,\"t\":1.5,\"source\":\"cage\",\"text\":\"agent.started\"}",
                event(4, "b", "agent.started"),
                event(5, "a", "agent.exited"));
        appliance().serve("nulld", List.of(appliance().method("nulld.logs", params -> {
            if (params.get("wait_ms").getAsLong() > 0) {
                throw new RpcException(ErrorKind.UNAVAILABLE, "ENDING", "the appliance is going down");
            }
            boolean isFirst = params.get("after").getAsLong() == 0;
            return JsonParser.parseString("{\"records\":[" + (isFirst ? records : "") + "],\"next\":5}");
        })));
    }

    @Test
    void eventsAreNoLinesAndCanBeChosen() throws Exception {
        serveRecords();
        assertThat(run("events")).isZero();
        assertThat(out().lines().map(String::strip))
                .containsExactly(
                        "1.5 cage agent.started agent=a",
                        "1.5 cage agent.started agent=b",
                        "1.5 cage agent.exited agent=a");
        assertThat(run("events", "a", "--kind", "agent.started", "--kind", "vault."))
                .isZero();
        assertThat(out().lines().map(String::strip)).containsExactly("1.5 cage agent.started agent=a");
        assertThat(run("events", "--kind", "agent.", "-n", "2", "--json")).isZero();
        assertThat(out().lines().map(JsonParser::parseString))
                .containsExactly(json(event(4, "b", "agent.started")), json(event(5, "a", "agent.exited")));
        assertThat(run("events", "-n", "-1")).isEqualTo(2);
        assertThat(run("events", "-w", "b")).isEqualTo(1);
        assertThat(err()).contains("the appliance is going down");
    }

    @Test
    void anAgentIsInspectedAsJson() throws Exception {
        appliance().serve("cage", "agent.inspect", "{\"agent\":\"job\",\"why\":\"\\u001b\"}");
        assertThat(run("inspect", "job")).isZero();
        assertThat(out()).isEqualTo("{\"agent\":\"job\",\"why\":\"\\u001b\"}\n");
    }
}
