package dev.nullbox.cage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.cage.agent.CageSettings;
import dev.nullbox.cage.agent.TaskRuns;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.netlink.Rtnetlink;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.rpc.RpcClient;
import dev.nullbox.rpc.RpcException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs beside an agent's own, in sandboxes of a real kernel; shell scripts stand for the programs in their guests. */
class TaskRunsIT {
    private static final Duration LONG = Duration.ofSeconds(60);
    /** Without arguments it goes on for ever; "task CODE" repeats its input and ends so. */
    private static final String SCRIPT = """
            [ "$1" = task ] || { echo own; exec sleep 1000; }
            cat; echo "$GUEST_GREETING" >&2; cat /proc/self/cgroup; exit $2
            """;

    @TempDir
    Path base;

    private final Libc libc = Natives.libc();
    private CageFixture cage;

    @BeforeEach
    void makeFixture() throws Exception {
        cage = CageFixture.asRoot(libc, base);
    }

    @AfterEach
    void closeServices() {
        cage.close();
    }

    private static JsonObject request(String agent, String... args) {
        JsonObject params = new JsonObject();
        params.addProperty("agent", agent);
        if (args.length > 0) {
            JsonArray words = new JsonArray();
            Arrays.stream(args).forEach(words::add);
            params.add("args", words);
        }
        return params;
    }

    private static JsonObject ofRun(String agent, long run) {
        JsonObject params = request(agent);
        params.addProperty("run", run);
        return params;
    }

    private static JsonObject ofExec(String exec) {
        JsonObject params = new JsonObject();
        params.addProperty("exec", exec);
        params.addProperty("wait_ms", 20_000);
        return params;
    }

    private long detached(JsonObject request) throws RpcException {
        request.addProperty("detached", true);
        return cage.ask("agent.run", request).get("run").getAsLong();
    }

    private JsonObject awaitEnd(String agent, long run) throws RpcException {
        JsonObject wait = ofRun(agent, run);
        wait.addProperty("wait_ms", 20_000);
        JsonObject answer = cage.ask("agent.wait", wait);
        for (int i = 0; i < 5 && !answer.get("over").getAsBoolean(); i++) {
            answer = cage.ask("agent.wait", wait);
        }
        assertThat(answer.get("over").getAsBoolean()).as(answer.toString()).isTrue();
        return answer;
    }

    private List<JsonObject> runs() throws RpcException {
        List<JsonObject> runs = new ArrayList<>();
        for (JsonElement run : RpcClient.call(base.resolve("run/cage.sock"), "agent.runs", new JsonObject(), LONG)
                .getAsJsonArray()) {
            runs.add(run.getAsJsonObject());
        }
        return runs;
    }

    /** Output of a program by stream, and its end. */
    private record Ended(String out, String err, JsonObject exit) {}

    private Ended readAll(String exec) throws RpcException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        while (true) {
            JsonObject page = cage.ask("agent.exec_read", ofExec(exec));
            for (JsonElement one : page.getAsJsonArray("chunks")) {
                JsonObject chunk = one.getAsJsonObject();
                byte[] data = Base64.getDecoder().decode(chunk.get("data").getAsString());
                (chunk.get("stderr").getAsBoolean() ? err : out).writeBytes(data);
            }
            if (page.has("exit")) {
                return new Ended(
                        out.toString(StandardCharsets.UTF_8),
                        err.toString(StandardCharsets.UTF_8),
                        page.getAsJsonObject("exit"));
            }
        }
    }

    private void write(String exec, byte[] data) throws RpcException {
        int at = 0;
        while (at < data.length) {
            JsonObject params = ofExec(exec);
            byte[] rest = Arrays.copyOfRange(data, at, Math.min(data.length, at + 65_536));
            params.addProperty("data", Base64.getEncoder().encodeToString(rest));
            at += cage.ask("agent.exec_write", params).get("bytes").getAsInt();
        }
        JsonObject end = ofExec(exec);
        end.addProperty("data", "");
        end.addProperty("end", true);
        cage.ask("agent.exec_write", end);
    }

    /** What runs beside agents' own have on the machine: interfaces, groups, sockets, disks. */
    private List<String> traces(CageSettings settings) throws Exception {
        List<String> traces = new ArrayList<>();
        for (Path directory :
                List.of(settings.cgroups().resolve("agents"), settings.guests(), base.resolve("data/disks"))) {
            try (Stream<Path> children = Files.list(directory)) {
                children.filter(child -> child.getFileName().toString().startsWith("probe."))
                        .forEach(child -> traces.add(child.toString()));
            }
        }
        try (Rtnetlink links = Rtnetlink.open(libc)) {
            for (int slot = 1024; slot > 1024 - TaskRuns.MAX; slot--) {
                String name = "nb" + slot;
                try {
                    var _ = links.indexOf(name);
                    traces.add(name);
                } catch (SyscallException absent) {
                    // As it should be.
                }
            }
        }
        return traces;
    }

    @Test
    void aRunBesideTheAgentsHasStreamsOfItsOwnAndLeavesNothing() throws Exception {
        cage.agent("probe", "[capabilities]\ncredential_refs = [\"PASS\"]\n");
        CageSettings settings = cage.settings(CageFixture.guest(SCRIPT));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "probe");
            cage.awaitLine("probe", "own");
            JsonObject run = request("probe", "/bin/agent", "task", "7");
            JsonArray env = new JsonArray();
            env.add("GREETING=hello");
            run.add("env", env);
            JsonObject begun = cage.ask("agent.run", run);
            assertThat(begun.get("run").getAsLong()).isEqualTo(2);
            String exec = begun.get("exec").getAsString();
            byte[] input = "0123456789\n".repeat(60_000).getBytes(StandardCharsets.US_ASCII);
            Thread writer = Thread.ofPlatform().start(() -> {
                try {
                    write(exec, input);
                } catch (RpcException e) {
                    throw new AssertionError(e);
                }
            });
            Ended ended = readAll(exec);
            writer.join();
            assertThat(ended.exit()).hasToString("{\"how\":\"exited\",\"code\":7}");
            assertThat(ended.err()).isEqualTo("hello\n");
            assertThat(ended.out().startsWith(new String(input, StandardCharsets.US_ASCII)))
                    .isTrue();
            assertThat(ended.out()).endsWith("0::/agents/probe.2\n");
            assertThat(cage.lastParams("vault.lease").get("live_runs")).hasToString("[\"1\",\"2\"]");
            assertThat(cage.lastParams("egress.remove").get("interface").getAsString())
                    .isEqualTo("nb1024");
            assertThat(cage.lastParams("memory.detach").get("address").getAsString())
                    .isEqualTo("10.221.0.17");
            assertThat(cage.lastParams("vault.revoke").get("run").getAsString()).isEqualTo("2");
            assertThat(traces(settings)).isEmpty();
            assertThat(cage.listed("probe").get("state").getAsString()).isEqualTo("running");
            assertThat(cage.listed("probe").get("run").getAsLong()).isEqualTo(1);
            assertThat(runs()).singleElement().satisfies(listed -> {
                assertThat(listed.get("state").getAsString()).isEqualTo("ended");
                assertThat(listed.getAsJsonObject("exit").get("code").getAsInt())
                        .isEqualTo(7);
            });
            assertThat(awaitEnd("probe", 2).getAsJsonObject("exit").get("code").getAsInt())
                    .isEqualTo(7);
            for (int i = 0; i < 5; i++) {
                JsonObject next = request("probe", "/bin/agent", "task", "0");
                next.addProperty("forget", true);
                assertThat(awaitEnd("probe", detached(next))
                                .getAsJsonObject("exit")
                                .get("code")
                                .getAsInt())
                        .isZero();
            }
            assertThat(traces(settings)).isEmpty();
            assertThat(runs()).hasSize(1);
        }
    }

    private void awaitNoneLive() throws Exception {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (runs().stream().anyMatch(run -> !run.get("state").getAsString().equals("ended"))
                && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Test
    void runsAreBoundedAndEndByTheirTimeOrAnOperatorsWord() throws Exception {
        cage.agent("probe", "");
        CageSettings settings = cage.settings(CageFixture.guest(SCRIPT));
        long live;
        long last;
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            JsonObject hurried = request("probe");
            hurried.addProperty("timeout_ms", 1_000);
            JsonObject end = awaitEnd("probe", detached(hurried)).getAsJsonObject("exit");
            assertThat(end.get("how").getAsString()).isEqualTo("timed-out");
            assertThat(end.get("why").getAsString()).contains("it was given 1 s", "signal 15");

            live = detached(request("probe", "/bin/agent", "other"));
            List<Long> numbers = new ArrayList<>();
            for (int i = 0; i < TaskRuns.MAX_OF_AGENT - 1; i++) {
                numbers.add(detached(request("probe")));
            }
            assertThatThrownBy(() -> detached(request("probe")))
                    .isInstanceOfSatisfying(
                            RpcException.class,
                            e -> assertThat(e.is(AgentReason.RUN_LIMIT)).isTrue());
            assertThatThrownBy(() -> cage.ask("agent.stop", ofRun("probe", 99)))
                    .isInstanceOfSatisfying(
                            RpcException.class,
                            e -> assertThat(e.is(AgentReason.RUN_UNKNOWN)).isTrue());
            for (long number : numbers) {
                cage.ask("agent.stop", ofRun("probe", number));
            }
            JsonObject shown = cage.ask("agent.inspect", ofRun("probe", live));
            assertThat(shown.get("command")).hasToString("[\"/bin/agent\",\"other\"]");
            assertThat(cage.ask("agent.inspect", request("probe")).get("command"))
                    .hasToString("[\"/bin/agent\"]");
            cage.ask("agent.stop", ofRun("probe", live));
            assertThat(traces(settings)).isEmpty();
            assertThatThrownBy(() -> cage.ask("agent.stop", ofRun("probe", numbers.getFirst())))
                    .isInstanceOfSatisfying(
                            RpcException.class,
                            e -> assertThat(e.is(AgentReason.AGENT_STOPPED)).isTrue());
            last = detached(request("probe", "/bin/agent", "task", "3"));
            assertThat(awaitEnd("probe", last)
                            .getAsJsonObject("exit")
                            .get("code")
                            .getAsInt())
                    .isEqualTo(3);
            awaitNoneLive();
        }
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            assertThat(runs())
                    .hasSizeGreaterThan(3)
                    .allSatisfy(
                            run -> assertThat(run.get("state").getAsString()).isEqualTo("ended"));
            assertThat(runs().getLast().getAsJsonObject("exit").get("code").getAsInt())
                    .isEqualTo(3);
            assertThat(awaitEnd("probe", last)
                            .getAsJsonObject("exit")
                            .get("code")
                            .getAsInt())
                    .isEqualTo(3);
            assertThat(detached(request("probe", "/bin/agent", "task", "0"))).isEqualTo(last + 1);
        }
    }

    /** Reads until the words came. */
    private void readUntil(String exec, String words) throws RpcException {
        StringBuilder seen = new StringBuilder();
        while (seen.indexOf(words) < 0) {
            JsonObject page = cage.ask("agent.exec_read", ofExec(exec));
            for (JsonElement chunk : page.getAsJsonArray("chunks")) {
                seen.append(new String(
                        Base64.getDecoder()
                                .decode(chunk.getAsJsonObject().get("data").getAsString()),
                        StandardCharsets.UTF_8));
            }
            assertThat(page.has("exit")).as(seen.toString()).isFalse();
        }
    }

    @Test
    void operatorsAttachToRunsAndLeaveThem() throws Exception {
        cage.agent("probe", "");
        CageSettings settings = cage.settings(CageFixture.guest("""
                [ "$1" = talk ] || { echo own; while :; do sleep 0.1; echo tick; done; }
                echo "terminal $GUEST_TERMINAL"; read -r a; echo "heard $a"; read -r b; echo "heard $b"; exit 5
                """));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            assertThatThrownBy(() -> cage.ask("agent.attach", request("probe")))
                    .isInstanceOfSatisfying(
                            RpcException.class,
                            e -> assertThat(e.is(AgentReason.AGENT_STOPPED)).isTrue());
            cage.call("agent.start", "probe");
            cage.awaitLine("probe", "own");
            JsonObject own = cage.ask("agent.attach", request("probe"));
            assertThat(own.get("takes_input").getAsBoolean()).isFalse();
            readUntil(own.get("exec").getAsString(), "tick");
            JsonObject asked = request("probe", "/bin/agent", "talk");
            asked.addProperty("rows", 24);
            asked.addProperty("columns", 80);
            JsonObject run = cage.ask("agent.run", asked);
            String first = run.get("exec").getAsString();
            readUntil(first, "terminal 24x80");
            JsonObject attached =
                    cage.ask("agent.attach", ofRun("probe", run.get("run").getAsLong()));
            assertThat(attached.get("takes_input").getAsBoolean()).isTrue();
            assertThat(attached.get("has_terminal").getAsBoolean()).isTrue();
            String second = attached.get("exec").getAsString();
            JsonObject size = ofExec(second);
            size.remove("wait_ms");
            size.addProperty("rows", 50);
            size.addProperty("columns", 150);
            cage.ask("agent.exec_resize", size);
            readUntil(first, "size 50x150");
            JsonObject close = new JsonObject();
            close.addProperty("exec", first);
            cage.ask("agent.exec_close", close);
            write(second, "a\nb\n".getBytes(StandardCharsets.US_ASCII));
            Ended ended = readAll(second);
            assertThat(ended.out()).contains("size 50x150\n", "heard a\nheard b\n");
            assertThat(ended.exit()).hasToString("{\"how\":\"exited\",\"code\":5}");
            size.addProperty("exec", own.get("exec").getAsString());
            assertThatThrownBy(() -> cage.ask("agent.exec_resize", size)).hasMessageContaining("has no terminal");
            cage.call("agent.stop", "probe");
            assertThat(readAll(own.get("exec").getAsString()).exit().get("how").getAsString())
                    .isIn("exited", "signalled");
            assertThat(cage.await("agent.attached", "probe").get("client").getAsString())
                    .isNotEmpty();
        }
    }

    /** The fake guest has no tools: that it was asked for them shows that it was up. */
    @Test
    void aStoppedAgentsFilesHaveAGuestWithoutNetworkOrSecrets() throws Exception {
        cage.agent(
                "probe",
                "[capabilities]\ncredential_refs = [\"PASS\"]\n[capabilities.filesystem]\nwrite = [\"/work\"]\nvolume_mb = 64\n");
        CageSettings settings = cage.settings(CageFixture.guest("echo alone; exec sleep 1000"));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            JsonObject in = request("probe");
            in.addProperty("guest_path", "/workshop/a");
            assertThatThrownBy(() -> cage.ask("agent.copy_in", in))
                    .hasMessageContaining("would end with the copy; copy it below /work, or start the agent first");
            assertThat(runs()).isEmpty();
            JsonObject out = request("probe");
            out.addProperty("guest_path", "/work/a");
            assertThatThrownBy(() -> cage.ask("agent.copy_out", out)).hasMessageContaining("TOOLS");
            assertThat(cage.await("agent.started", "probe").get("run").getAsLong())
                    .isEqualTo(1);
            long deadline = System.nanoTime() + LONG.toNanos();
            while (!runs().isEmpty() && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            assertThat(runs()).isEmpty();
            assertThat(traces(settings)).isEmpty();
            assertThatThrownBy(() -> cage.lastParams("vault.lease")).hasMessageContaining("was not called");
            // Those of the start of cage, which are of no slot.
            assertThat(cage.lastParams("egress.remove").has("interface")).isFalse();
            cage.forget();

            cage.call("agent.start", "probe");
            cage.await("agent.started", "probe");
            cage.awaitLine("probe", "alone");
            assertThatThrownBy(() -> cage.ask("agent.copy_out", out)).hasMessageContaining("TOOLS");
            assertThat(cage.listed("probe").get("run").getAsLong()).isEqualTo(2);
        }
    }

    @Test
    void aVolumeIsInOneRunAtATime() throws Exception {
        cage.agent("probe", "[capabilities.filesystem]\nwrite = [\"/work\"]\nvolume_mb = 64\n");
        CageSettings settings = cage.settings(CageFixture.guest(SCRIPT));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "probe");
            cage.awaitLine("probe", "own");
            JsonObject refused = cage.ask("agent.run", request("probe", "/bin/agent", "task", "0"));
            Ended ended = readAll(refused.get("exec").getAsString());
            assertThat(ended.exit().get("how").getAsString()).isEqualTo("not-started");
            assertThat(ended.exit().get("why").getAsString()).contains("in use by its run probe", "or stop it");
            cage.call("agent.stop", "probe");
            cage.forget();

            long alone = detached(request("probe"));
            cage.awaitLine("probe", "own");
            cage.forget();
            cage.call("agent.start", "probe");
            assertThat(cage.await("agent.failed", "probe").get("why").getAsString())
                    .contains("in use by its run probe." + alone);
            cage.ask("agent.stop", ofRun("probe", alone));
            cage.forget();
            cage.call("agent.start", "probe");
            cage.awaitLine("probe", "own");
            assertThat(traces(settings)).isEmpty();
        }
    }
}
