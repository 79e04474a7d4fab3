package dev.nullbox.nullctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlTestCase;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.StatsContract;
import dev.nullbox.rpc.RpcException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Usage of agents, as the operator sees it. */
class StatsCommandTest extends NullctlTestCase {
    StatsCommandTest(TestCertificates certificates) {
        super(certificates);
    }

    private static String agent(String name, long micros) {
        return "{\"agent\":\"" + name + "\",\"state\":\"running\",\"restarts\":0,\"disk_bytes\":4096,\"run\":1,"
                + "\"started_ms\":5,\"up_s\":61,\"cpu_us\":" + micros
                + ",\"memory_bytes\":1048576,\"memory_limit\":2097152,\"task_count\":9,\"received_bytes\":70,"
                + "\"sent_bytes\":80}";
    }

    /** Agents of which the busy one takes a second of processor time between two answers; so many answers. */
    private void serve(int answers) throws Exception {
        AtomicInteger asked = new AtomicInteger();
        appliance()
                .serve(
                        "cage",
                        List.of(
                                appliance().method("agent.stats", _ -> {
                                    int count = asked.getAndIncrement();
                                    if (count == answers) {
                                        throw new RpcException(
                                                ErrorKind.UNAVAILABLE, "ENDING", "the appliance is going down");
                                    }
                                    return JsonParser.parseString("[" + agent("idle", 7) + ","
                                            + agent("busy", count * 1_000_000L)
                                            + ",{\"agent\":\"off\",\"state\":\"stopped\",\"restarts\":0,"
                                            + "\"disk_bytes\":0}]");
                                }),
                                appliance().method("agent.metrics", _ -> json("{\"open_metrics\":\"# EOF\\n\"}"))));
    }

    @Test
    void figuresAreATableWithThePartOfTheProcessor() throws Exception {
        serve(2);
        assertThat(run("stats")).isZero();
        List<String> lines = out().lines().toList();
        assertThat(lines).hasSize(4);
        assertThat(lines.getFirst()).startsWith("AGENT").contains("STATE", "CPU", "MEM", "DISK", "TASKS", "UP");
        assertThat(lines.get(1)).contains("running", "0.0", "1.0 MiB", "70 bytes", "1m 1s");
        assertThat(lines.get(2)).containsPattern("^busy +running +[0-9]+\\.[0-9] ");
        assertThat(lines.get(3)).contains("off").doesNotContain("MiB");
        assertThat(lines).allMatch(line -> line.length() <= 80);
    }

    @Test
    void thePartOfTheProcessorIsOfTheTimeBetween() throws Exception {
        UsageTable table = new UsageTable();
        table.take(List.of(usage("busy", 1, 4_000_000)), 1_000_000_000);
        table.take(List.of(usage("busy", 1, 4_500_000)), 3_000_000_000L);
        StringWriter out = new StringWriter();
        table.print(new PrintWriter(out, true));
        assertThat(out.toString().lines().toList().get(1)).containsPattern("^busy +running +25\\.0 ");
        // Another run has counted from nothing.
        table.take(List.of(usage("busy", 2, 5_000_000)), 4_000_000_000L);
        StringWriter other = new StringWriter();
        table.print(new PrintWriter(other, true));
        assertThat(other.toString().lines().toList().get(1)).containsPattern("^busy +running +- ");
    }

    private static Message usage(String agent, long run, long micros) {
        return Message.of(
                Fields.AGENT.is(agent), Fields.STATE.is("running"), Fields.RUN.is(run), StatsContract.CPU.is(micros));
    }

    @Test
    void topShowsTheBusiestFirstUntilTheApplianceGoes() throws Exception {
        serve(3);
        assertThat(run("top")).isEqualTo(1);
        List<String> lines = out().lines().toList();
        assertThat(lines).hasSize(8);
        assertThat(lines.get(1)).startsWith("busy");
        assertThat(lines.get(5)).startsWith("busy");
    }

    @Test
    void programsGetJsonOrOpenMetrics() throws Exception {
        serve(1);
        assertThat(run("stats", "--json", "busy")).isZero();
        assertThat(out()).startsWith("[{\"agent\":\"idle\"");
        assertThat(asked("agent.stats")).containsExactly(json("{\"agent\":\"busy\"}"));
        assertThat(run("stats", "--openmetrics")).isZero();
        assertThat(out()).isEqualTo("# EOF\n");
        assertThat(run("stats", "--openmetrics", "busy")).isEqualTo(2);
    }
}
