package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;

/** An appliance with the test's own servers at both addresses that the agent "hello" tries. */
final class HelloAppliance implements AutoCloseable {
    private final TestServer allowed;
    private final TestServer denied;
    private final Appliance appliance;

    private HelloAppliance(TestServer allowed, TestServer denied, Appliance appliance) {
        this.allowed = allowed;
        this.denied = denied;
        this.appliance = appliance;
    }

    static HelloAppliance start(Boot.Medium medium, UnaryOperator<Boot> change) throws IOException {
        TestServer allowed = TestServer.start("welcome");
        TestServer denied = TestServer.start("how did you get here?");
        Boot boot =
                Boot.of(medium, Inputs.accelerator()).withServer(7001, allowed).withServer(7002, denied);
        return new HelloAppliance(allowed, denied, Appliance.start(change.apply(boot)));
    }

    Appliance appliance() {
        return appliance;
    }

    /** At which the allowed connection arrives. */
    TestServer allowed() {
        return allowed;
    }

    /** At which nothing may arrive. */
    TestServer denied() {
        return denied;
    }

    Nullctl nullctl() {
        return Nullctl.of(appliance.managementPort());
    }

    /** Answer of {@code nullctl status --json}. */
    JsonObject status() throws IOException, InterruptedException {
        Nullctl.Result result = nullctl().run("status", "--json");
        assertThat(result.code()).as(result.errors()).isZero();
        return JsonParser.parseString(result.output()).getAsJsonObject();
    }

    /** What cage has logged, as the operator sees it. */
    String cageLog() throws IOException, InterruptedException {
        Nullctl.Result result = nullctl().run("logs", "-n", "1000", "--source", "cage");
        assertThat(result.code()).as(result.errors()).isZero();
        return result.output();
    }

    /** Waits until "hello" has ended, and holds that it found all as its manifest says. */
    void helloSucceeds(int from) throws InterruptedException {
        Event exited = appliance.awaitEventAfter(
                from, event -> event.is("agent.exited", "agent", "hello"), Appliance.LONG, "the agent hello to end");
        if (exited.number("code") != 0) {
            throw appliance.failure(
                    "hello ended with " + exited.fields() + "; it said " + appliance.agentLines("hello"));
        }
    }

    /** Arrivals since the start: so many times the allowed greeting, and nothing where nothing may arrive. */
    void onlyAllowedArrived(int times) throws InterruptedException {
        if (!allowed.awaitArrivals(times, Appliance.SHORT)) {
            throw appliance.failure("arrived at the allowed server: " + allowed.arrivals() + ", not " + times);
        }
        assertThat(allowed.arrivals())
                .as("arrived at the allowed server")
                .hasSize(times)
                .containsOnly("allowed connection from hello");
        assertThat(denied.arrivals()).as("arrived at the denied server").isEqualTo(List.of());
    }

    /** Waits until the power is off, and holds that the end came in order, with nothing said after it. */
    void powersOffInOrder() throws InterruptedException {
        assertThat(appliance.awaitExit(Appliance.LONG)).isZero();
        List<String> phases = appliance.log().all().stream()
                .filter(event -> event.is("shutdown.phase"))
                .map(event -> event.text("phase"))
                .toList();
        assertThat(phases).containsExactly("services", "kill", "unmount", "sync", "power-off");
        assertThat(appliance.log().all().getLast().name()).isEqualTo("shutdown.phase");
        assertThat(appliance.console()).doesNotContain("Kernel panic");
    }

    /** Shuts down as the operator does, and holds that it powers off. */
    void powersOffByTheOperator() throws IOException, InterruptedException {
        Nullctl.Result result = nullctl().run("shutdown");
        assertThat(result.code()).as(result.errors()).isZero();
        powersOffInOrder();
    }

    /** Sends a signal to PID 1 of a test image, and holds that it powers off for that reason. */
    void powersOffBySignal(int number, String name) throws IOException, InterruptedException {
        assertThat(appliance.askChaos("init " + number, Appliance.SHORT)).isEqualTo("init " + number);
        powersOffInOrder();
        assertThat(appliance.console()).contains("power-off requested by " + name);
    }

    @Override
    public void close() throws IOException {
        appliance.close();
        allowed.close();
        denied.close();
    }
}
