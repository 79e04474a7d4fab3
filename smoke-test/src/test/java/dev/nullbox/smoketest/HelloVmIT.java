package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The product's image as it is built: one boot, from power-on through the agent and the operator's hand to power-off. */
final class HelloVmIT extends HelloBoot {
    /** Where no core has two threads, as in this boot. */
    static final String NO_COOKIE = "microVMs have no core-scheduling cookie: no core has two threads";

    HelloVmIT() {
        super(new Boot.Medium.Direct(Inputs.kernel(), Inputs.initramfs(), Inputs.root()));
    }

    @Order(2)
    @Test
    void becomesReadyAndNotDegraded() throws InterruptedException {
        hello().appliance().awaitEvent(event -> event.is("appliance.ready"), Appliance.LONG, "appliance.ready");
        assertThat(hello().appliance().log().find(0, event -> event.is("appliance.degraded")))
                .isEmpty();
    }

    @Order(4)
    @Test
    void thatNoCookieIsNeededIsSaidOnce() throws Exception {
        assertThat(hello().cageLog()).containsOnlyOnce(NO_COOKIE);
    }

    @Order(4)
    @Test
    void theAgentSaysWhenItIsDone() {
        assertThat(hello().appliance().agentLines("hello")).contains("hello: done");
    }

    @Order(5)
    @Test
    void rulesAreInForceBeforeTheAgentRuns() throws InterruptedException {
        Appliance appliance = hello().appliance();
        appliance.awaitEvent(event -> event.is("agent.started", "agent", "hello"), Appliance.SHORT, "agent.started");
        List<String> order = appliance.log().all().stream()
                .filter(event -> event.is("egress.default_drop")
                        || event.is("egress.applied", "agent", "hello")
                        || event.is("agent.started", "agent", "hello"))
                .map(Event::name)
                .toList();
        assertThat(order).containsExactly("egress.default_drop", "egress.applied", "agent.started");
    }

    @Order(6)
    @Test
    void theOperatorSeesEveryServiceReady() throws Exception {
        JsonObject status = hello().status();
        assertThat(status.get("state").getAsString()).isEqualTo("ready");
        Map<String, String> services = new TreeMap<>();
        for (JsonElement service : status.getAsJsonArray("services")) {
            JsonObject one = service.getAsJsonObject();
            services.put(one.get("name").getAsString(), one.get("state").getAsString());
        }
        // The test image's own service, which the product's image has no program for.
        assertThat(services.remove("chaos")).isEqualTo("disabled");
        assertThat(services)
                .containsOnlyKeys("network", "egress", "gate", "warden", "ctxgraph", "cage", "gateway")
                .allSatisfy((name, state) -> assertThat(state).as(name).isEqualTo("ready"));
    }

    @Order(7)
    @Test
    void theOperatorStopsAnAgent() throws Exception {
        int from = hello().appliance().log().size();
        start();
        hello().appliance()
                .awaitEventAfter(
                        from,
                        event -> event.is("agent.started", "agent", "hello"),
                        Appliance.SHORT,
                        "the second start");
        Nullctl.Result result = hello().nullctl().run("stop", "hello");
        assertThat(result.code()).as(result.errors()).isZero();
        hello().appliance()
                .awaitEventAfter(
                        from,
                        event -> event.is("agent.stopped", "agent", "hello"),
                        Appliance.SHORT,
                        "the agent to stop");
    }

    @Order(8)
    @Test
    void theOperatorStartsAnAgentAndSeesItInTheLog() throws Exception {
        int from = hello().appliance().log().size();
        int before = hello().allowed().arrivals().size();
        String followed = hello().nullctl()
                .follow(
                        List.of("logs", "-f", "-n", "1", "--source", "cage", "--json"),
                        this::start,
                        line -> line.contains("agent.started"));
        assertThat(followed).contains("\"source\":\"cage\"", "\"hello\"");
        hello().helloSucceeds(from);
        hello().onlyAllowedArrived(before + 1);
    }

    @Order(9)
    @Test
    void theOperatorSetsListsAndDeletesASecret() throws Exception {
        Nullctl.Result init = hello().nullctl().runWithInput("correct horse battery staple", "vault", "init");
        assertThat(init.code()).as(init.errors()).isZero();
        Nullctl.Result set = hello().nullctl().runWithInput("not-to-be-seen", "vault", "set", "SMOKE_KEY");
        assertThat(set.code()).as(set.errors()).isZero();
        Nullctl.Result list = hello().nullctl().run("vault", "list");
        assertThat(list.code()).as(list.errors()).isZero();
        assertThat(list.output()).contains("SMOKE_KEY").doesNotContain("not-to-be-seen");
        Nullctl.Result delete = hello().nullctl().run("vault", "delete", "SMOKE_KEY");
        assertThat(delete.code()).as(delete.errors()).isZero();
        assertThat(hello().nullctl().run("vault", "list").output()).doesNotContain("SMOKE_KEY");
        assertThat(hello().appliance().console()).doesNotContain("not-to-be-seen");
    }

    @Order(10)
    @Test
    void anUnknownAgentIsAnError() throws Exception {
        Nullctl.Result result = hello().nullctl().run("start", "nobody");
        assertThat(result.code()).isNotZero();
        assertThat(result.errors()).contains("nobody");
    }

    @Order(11)
    @Test
    void aClientMadeOfTheOpenApiDocumentDrivesAnAgent(@TempDir Path work) throws Exception {
        Process process = new ProcessBuilder(
                        "client/run.sh",
                        Inputs.client().toString(),
                        String.valueOf(hello().appliance().managementPort()),
                        Inputs.credentials().toString(),
                        work.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(Appliance.LONG.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said.lines())
                .containsExactly(
                        "the document is valid",
                        "a wrong parameter is refused by the types",
                        "state ready",
                        "started 200 ",
                        "stopped 200 ",
                        "nobody 404 AGENT_UNKNOWN agent");
    }

    @Order(12)
    @Test
    void theOperatorPowersItOffInOrder() throws Exception {
        hello().powersOffByTheOperator();
    }

    private void start() throws Exception {
        Nullctl.Result result = hello().nullctl().run("start", "hello");
        assertThat(result.code()).as(result.errors()).isZero();
    }
}
