package dev.nullbox.nullctl.command.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlTestCase;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.rpc.RpcException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of {@code nullctl agent} beside add, those of {@code nullctl volume}, {@code df} and {@code restart}. */
class AgentCommandTest extends NullctlTestCase {
    @TempDir
    private Path directory = Path.of("");

    AgentCommandTest(TestCertificates certificates) {
        super(certificates);
    }

    @Test
    void listIsAgents() throws Exception {
        appliance().serve("cage", "agent.list", "[{\"agent\":\"hello\",\"state\":\"running\",\"from\":\"store\"}]");
        assertThat(run("agent", "list")).isZero();
        String listed = out();
        assertThat(run("agents")).isZero();
        assertThat(out()).isEqualTo(listed).contains("hello", "running", "store");
    }

    @Test
    void showAndVersionsSayWhatThereIs() throws Exception {
        JsonObject result = json(FakeStore.done("{}")).getAsJsonObject("done").getAsJsonObject("result");
        String answer = "{\"agent\":\"coder\",\"versions\":[" + version(4, false) + "," + version(3, true) + "],"
                + "\"result\":" + result + "}";
        appliance().serve("cage", "agent.show", answer);
        assertThat(run("agent", "show", "coder")).isZero();
        assertThat(out())
                .contains("version   3\n", "added     2026-11-29T00:00:00Z\n", "client    good\n", "coder:3\n")
                .contains("file bytes       1.5 GiB\n", "command   /bin/coder\n")
                .doesNotContain("layers");
        assertThat(run("agent", "versions", "coder")).isZero();
        assertThat(out().lines().toList().getFirst()).startsWith("VERSION  CURRENT  ADDED");
        assertThat(out()).contains("3        true     2026-11-29T00:00:00Z  good");
        assertThat(run("agent", "versions", "coder", "--json")).isZero();
        assertThat(JsonParser.parseString(out()).getAsJsonArray()).hasSize(2);
        assertThat(run("agent", "show", "coder", "--json")).isZero();
        assertThat(JsonParser.parseString(out())).isEqualTo(JsonParser.parseString(answer));
    }

    private static String version(int number, boolean isCurrent) {
        return "{\"version\":" + number + ",\"digest\":\"" + FakeStore.DIGEST
                + "\",\"added_ms\":1795910400000,\"client\":\"good\",\"current\":" + isCurrent + "}";
    }

    @Test
    void rollbackSaysWhetherAnotherVersionRuns() throws Exception {
        appliance().serve("cage", "agent.rollback", "{\"agent\":\"coder\",\"version\":2,\"runs\":true}");
        assertThat(run("agent", "rollback", "coder")).isZero();
        assertThat(out()).contains("coder: version 2 is the current one", "nullctl restart coder");
        assertThat(run("agent", "rollback", "coder", "2")).isZero();
        assertThat(asked("agent.rollback"))
                .containsExactly(json("{\"agent\":\"coder\"}"), json("{\"agent\":\"coder\",\"version\":2}"));
    }

    @Test
    void removeKeepsDisksAndSaysWhatTheyTake() throws Exception {
        appliance().serve("cage", "agent.remove", "{\"agent\":\"coder\",\"disk_bytes\":1073741824}");
        assertThat(run("agent", "remove", "coder")).isZero();
        assertThat(out()).isEqualTo("coder removed; its disks are kept, and take 1.0 GiB: nullctl volume list\n");
        assertThat(run("agent", "remove", "coder", "--purge")).isZero();
        assertThat(out()).isEqualTo("coder removed with its disks, which took 1.0 GiB\n");
        assertThat(asked("agent.remove"))
                .containsExactly(json("{\"agent\":\"coder\"}"), json("{\"agent\":\"coder\",\"purge\":true}"));
    }

    @Test
    void pruneDfAndVolumesCountBytes() throws Exception {
        appliance()
                .serve(
                        "cage",
                        "agent.prune",
                        "{\"images\":2,\"bytes\":1536}",
                        "agent.df",
                        "{\"room\":10737418240,\"promised\":1073741824,\"free\":9663676416,\"images\":1,"
                                + "\"image_bytes\":1048576}",
                        "agent.volumes",
                        "[{\"agent\":\"coder\",\"disk\":\"volume\",\"promised\":1073741824,\"bytes\":4096,"
                                + "\"known\":false}]",
                        "agent.volume_remove",
                        "{\"bytes\":4096}");
        assertThat(run("agent", "prune")).isZero();
        assertThat(out()).isEqualTo("2 images removed, which took 1.5 KiB\n");
        assertThat(run("df")).isZero();
        assertThat(out()).contains("room         10.0 GiB\n", "free         9.0 GiB\n", "image bytes  1.0 MiB\n");
        assertThat(run("volume", "list")).isZero();
        assertThat(out()).contains("AGENT", "coder", "volume", "1.0 GiB", "false");
        assertThat(run("volume", "remove", "coder", "volume")).isZero();
        assertThat(out()).isEqualTo("disk volume of coder removed, which took 4.0 KiB\n");
        assertThat(asked("agent.volume_remove")).containsExactly(json("{\"agent\":\"coder\",\"disk\":\"volume\"}"));
        assertThat(run("volume", "remove", "coder")).isEqualTo(2);
    }

    @Test
    void restartStartsAStoppedAgentToo() throws Exception {
        appliance()
                .serve(
                        "cage",
                        List.of(
                                appliance().method("agent.stop", params -> {
                                    String agent = params.get("agent").getAsString();
                                    if (agent.equals("hello")) {
                                        return new JsonObject();
                                    }
                                    throw agent.equals("idle")
                                            ? new RpcException(AgentReason.AGENT_STOPPED, "idle does not run", "agent")
                                            : new RpcException(AgentReason.AGENT_UNKNOWN, "there is none", "agent");
                                }),
                                appliance().method("agent.start", _ -> new JsonObject())));
        assertThat(run("restart", "hello")).isZero();
        assertThat(run("restart", "idle")).isZero();
        assertThat(run("restart", "nobody")).isEqualTo(1);
        assertThat(asked("agent.start")).containsExactly(json("{\"agent\":\"hello\"}"), json("{\"agent\":\"idle\"}"));
    }

    @Test
    void validateNeedsNoAppliance() throws Exception {
        Path good = Files.writeString(directory.resolve("good.toml"), "[agent]\nname = \"coder\"\n");
        Path bad = Files.writeString(directory.resolve("bad.toml"), "[agent]\nname = \"co der\"\nnam = 1\n");
        assertThat(runAlone("agent", "validate", good.toString())).isZero();
        assertThat(out()).isEqualTo(good + ": good; agent coder\n");
        assertThat(runAlone("agent", "validate", bad.toString())).isEqualTo(2);
        assertThat(out()).isEmpty();
        assertThat(err()).contains("has 2 problems:", "field:   agent.nam\n", "field:   agent.name\n");
        assertThat(runAlone("agent", "validate", bad.toString(), "--json")).isEqualTo(2);
        assertThat(JsonParser.parseString(out()).getAsJsonObject().getAsJsonArray("problems"))
                .hasSize(2);
        assertThat(runAlone("agent", "validate", good.toString(), "--json")).isZero();
        assertThat(out()).isEqualTo("{\"valid\":true,\"problems\":[]}\n");
        assertThat(runAlone("agent", "validate", directory.resolve("none").toString()))
                .isEqualTo(2);
        assertThat(err()).contains("none: NoSuchFileException");
    }

    @Test
    void diffSaysWhatGrowsAndItsHash() throws Exception {
        Path old = Files.writeString(directory.resolve("old"), "[agent]\nname = \"coder\"\n");
        Path next = Files.writeString(
                directory.resolve("new"),
                "[agent]\nname = \"coder\"\nuser = \"app\"\n[capabilities]\nmax_cpu_percent = 50\n");
        assertThat(runAlone("agent", "diff", old.toString(), next.toString())).isZero();
        String hash = out().lines().toList().getLast().replace("to accept the growth: --accept-growth ", "");
        assertThat(hash).matches("[0-9a-f]{16}");
        assertThat(out())
                .isEqualTo("+ max_cpu_percent 50 (was 25)\n- user root\nto accept the growth: --accept-growth " + hash
                        + "\n");
        assertThat(runAlone("agent", "diff", old.toString(), next.toString(), "--json"))
                .isZero();
        JsonObject diff = json(out());
        assertThat(diff.get("hash").getAsString()).startsWith(hash).hasSize(64);
        assertThat(diff.getAsJsonArray("growth")).hasSize(1);
        assertThat(diff.getAsJsonArray("shrinkage")).hasSize(1);
        assertThat(runAlone("agent", "diff", old.toString(), old.toString())).isZero();
        assertThat(out()).isEqualTo("both may do the same\n");
        Files.writeString(next, "[agent]\n");
        assertThat(runAlone("agent", "diff", old.toString(), next.toString())).isEqualTo(2);
    }
}
