package dev.nullbox.nullctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlTestCase;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.rpc.RpcException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The commands for the appliance as a whole and its agents. */
class ApplianceCommandsTest extends NullctlTestCase {
    ApplianceCommandsTest(TestCertificates certificates) {
        super(certificates);
    }

    @Test
    void showsTheStatusAsATableOrAsJson() throws Exception {
        String status =
                "{\"uptime_s\":3725,\"state\":\"ready\",\"kernel\":\"6.12\",\"version\":\"0.1.0\",\"services\":["
                        + "{\"name\":\"egress\",\"state\":\"ready\",\"pid\":80,\"restarts\":0,\"since_s\":61,\"required\":true},"
                        + "{\"name\":\"cage\",\"state\":\"failed\",\"restarts\":3,\"since_s\":2,\"error\":\"\\u001b[2Jboom\"}]}";
        appliance().serve("nulld", "nulld.status", status);
        assertThat(run("status")).isZero();
        assertThat(out())
                .contains("uptime    1h 2m", "state     ready", "NAME    STATE   PID  RESTARTS  SINCE  ERROR")
                .contains("egress  ready   80   0         1m 1s  -")
                .contains("cage    failed  -    3         2s     ?[2Jboom");
        assertThat(run("status", "--json")).isZero();
        assertThat(JsonParser.parseString(out())).isEqualTo(JsonParser.parseString(status));
    }

    @Test
    void showsTheHardwareAsATableOrAsJson() throws Exception {
        String hardware = "{\"devices\":["
                + "{\"kind\":\"network card\",\"id\":\"8086:1592\",\"bus\":\"pci\",\"slot\":\"0000:01:00.0\"},"
                + "{\"kind\":\"USB disk\",\"id\":\"0781:5567\",\"bus\":\"usb\",\"slot\":\"1-2:1.0\","
                + "\"driver\":\"usb-storage\"}]}";
        appliance().serve("nulld", "nulld.hardware", hardware);
        assertThat(run("hardware")).isZero();
        assertThat(out())
                .contains("DRIVER       KIND          ID         BUS  SLOT")
                .contains("-            network card  8086:1592  pci  0000:01:00.0")
                .contains("usb-storage  USB disk      0781:5567  usb  1-2:1.0");
        assertThat(run("hardware", "--json")).isZero();
        assertThat(JsonParser.parseString(out())).isEqualTo(JsonParser.parseString(hardware));
    }

    @Test
    void startsAndStopsAgents() throws Exception {
        appliance()
                .serve(
                        "cage",
                        "agent.start",
                        "{}",
                        "agent.stop",
                        "{}",
                        "agent.list",
                        "[{\"agent\":\"hello\",\"state\":\"running\"}]");
        assertThat(run("start", "hello")).isZero();
        assertThat(run("stop", "hello")).isZero();
        assertThat(run("agents")).isZero();
        assertThat(out()).contains("AGENT", "hello", "running");
        assertThat(appliance().asked())
                .containsExactly(
                        "agent.start {\"agent\":\"hello\"}", "agent.stop {\"agent\":\"hello\"}", "agent.list {}");
    }

    @Test
    void aSignalIsANameOrANumber() throws Exception {
        appliance().serve("cage", "agent.signal", "{}");
        assertThat(run("kill", "hello")).isZero();
        assertThat(run("kill", "--signal", "sighup", "hello")).isZero();
        assertThat(run("kill", "-s", "64", "hello")).isZero();
        assertThat(out()).contains("hello: signal 64 sent");
        for (String none : List.of("0", "65", "NONE", "")) {
            assertThat(run("kill", "--signal=" + none, "hello")).isEqualTo(2);
            assertThat(err()).contains("--signal is neither a number from 1 to 64 nor one of ABRT, ");
        }
        assertThat(appliance().asked())
                .containsExactly(
                        "agent.signal {\"agent\":\"hello\",\"signal\":9}",
                        "agent.signal {\"agent\":\"hello\",\"signal\":1}",
                        "agent.signal {\"agent\":\"hello\",\"signal\":64}");
    }

    @Test
    void printsTheLastLogRecords() throws Exception {
        appliance().serve("nulld", List.of(appliance().method("nulld.logs", params -> {
            long after = params.get("after").getAsLong();
            String records = after >= 3
                    ? ""
                    : "{\"seq\":" + (after + 1)
                            + ",\"t\":1.5,\"source\":\"cage\",\"event\":\"agent.console\",\"line\":\"no " + (after + 1)
                            + "\\u0007\"}";
            return JsonParser.parseString("{\"records\":[" + records + "],\"next\":" + Math.min(3, after + 1) + "}");
        })));
        assertThat(run("logs", "-n", "2", "--source", "cage")).isZero();
        assertThat(out().lines().map(String::strip))
                .containsExactly("1.5 cage agent.console line=no 2?", "1.5 cage agent.console line=no 3?");
        JsonObject first = JsonParser.parseString(appliance().asked().getFirst().substring("nulld.logs ".length()))
                .getAsJsonObject();
        assertThat(first.get("source").getAsString()).isEqualTo("cage");
    }

    @Test
    void followsTheLogUntilTheApplianceGoes() throws Exception {
        appliance().serve("nulld", List.of(appliance().method("nulld.logs", params -> {
            long after = params.get("after").getAsLong();
            boolean waits = params.get("wait_ms").getAsLong() > 0;
            if (after == 3) {
                throw new RpcException(ErrorKind.UNAVAILABLE, "ENDING", "the appliance is going down");
            }
            String records = after > 0 && !waits
                    ? ""
                    : "{\"seq\":" + (after + 1) + ",\"t\":" + after + ".5,\"source\":\"cage\",\"event\":\"e\"}";
            return JsonParser.parseString(
                    "{\"records\":[" + records + "],\"next\":" + (records.isEmpty() ? after : after + 1) + "}");
        })));
        assertThat(run("logs", "-f")).isEqualTo(1);
        assertThat(out().lines().map(String::strip)).containsExactly("0.5 cage e", "1.5 cage e", "2.5 cage e");
        assertThat(err()).contains("the appliance is going down");
    }

    @Test
    void saysWhatAnAgentMayReach() throws Exception {
        String hello =
                "{\"agent\":\"hello\",\"interface\":\"nb1\",\"address\":\"10.221.1.2\",\"rules\":[],\"entries\":["
                        + "{\"allow_entry\":\"1.2.3.4:80\",\"kind\":\"address\",\"packets\":7},"
                        + "{\"allow_entry\":\"*.b.example:443\",\"kind\":\"tls\",\"answers\":3}],"
                        + "\"stopped_packets\":[{\"reason\":\"all that AGENT.toml does not allow\",\"packets\":9}]}";
        appliance().serve("egress", "egress.list", "[" + hello + "," + hello.replace("hello", "other") + "]");
        assertThat(run("egress", "list", "hello")).isZero();
        assertThat(out())
                .contains("hello by nb1 as 10.221.1.2", "9        all that AGENT.toml does not allow")
                .containsPattern("1\\.2\\.3\\.4:80 +address +7 +-")
                .containsPattern("\\*\\.b\\.example:443 +tls +- +3")
                .doesNotContain("other");
        assertThat(run("egress", "list")).isZero();
        assertThat(out()).contains("other");
        assertThat(run("egress")).isZero();
        assertThat(run("egress", "hello", "--json")).isZero();
        assertThat(run("egress", "list", "nobody")).isEqualTo(1);
    }

    @Test
    void explainsOnePlace() throws Exception {
        appliance()
                .serve(
                        "egress",
                        "egress.explain",
                        "{\"allowed\":false,\"reason\":\"no entry has this name\",\"told\":\"NXDOMAIN at once\","
                                + "\"allowed_by\":\"allow = [\\\"a.example\\\"]\"}");
        assertThat(run("egress", "explain", "hello", "a.example")).isZero();
        assertThat(out())
                .contains("hello does not reach a.example", "no entry has this name", "allow = [\"a.example\"]");
    }

    @Test
    void allowsAPlaceForATime() throws Exception {
        appliance()
                .serve(
                        "egress",
                        "egress.allow",
                        "{\"allow_entry\":\"a.example:443\",\"for_seconds\":5400}",
                        "egress.withdraw",
                        "{\"removed\":true}");
        assertThat(run("egress", "allow", "hello", "a.example", "--for", "90m")).isZero();
        assertThat(out()).contains("hello reaches a.example:443 for 5400 s");
        assertThat(run("egress", "withdraw", "hello", "a.example")).isZero();
        assertThat(out()).contains("a.example is taken back");
        assertThat(run("egress", "allow", "hello", "a.example", "--for", "soon"))
                .isEqualTo(2);
        assertThat(err()).contains("write 90s, 10m or 1h");
    }

    @Test
    void learnsTheListAndPrintsEachRefusal() throws Exception {
        appliance()
                .serve(
                        "egress",
                        "egress.refusals",
                        "{\"refusals\":[{\"name\":\"a.example\",\"address\":\"192.0.2.7\",\"port\":22,\"protocol\":\"tcp\","
                                + "\"reason\":\"not there\",\"total\":4,\"allowed_by\":\"allow = [\\\"a.example:22\\\"]\"}],"
                                + "\"learnt\":[\"b.example\",\"c.example:443 as raw\",\"git.corp.example:22 to 10.1.0.0/16,10.2.0.0/16\"]}");
        assertThat(run("egress", "learn", "hello")).isZero();
        assertThat(out().strip())
                .isEqualTo(
                        "allow = [\"b.example\", { host = \"c.example:443\", kind = \"raw\" }, { host = \"git.corp.example:22\", to = [\"10.1.0.0/16\","
                                + " \"10.2.0.0/16\"] }]");
        assertThat(run("egress", "watch", "hello", "--once")).isZero();
        assertThat(out()).contains("a.example 192.0.2.7:22/tcp  4 times: not there; allow = [\"a.example:22\"]");
    }

    @Test
    void powersOffAndReboots() throws Exception {
        appliance().serve("nulld", "nulld.shutdown", "{}", "nulld.reboot", "{}");
        assertThat(run("shutdown")).isZero();
        assertThat(run("shutdown", "--reboot")).isZero();
        assertThat(appliance().asked()).containsExactly("nulld.shutdown {}", "nulld.reboot {}");
    }
}
