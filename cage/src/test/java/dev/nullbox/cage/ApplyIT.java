package dev.nullbox.cage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.nullbox.cage.agent.CageSettings;
import dev.nullbox.cage.store.AgentStore;
import dev.nullbox.cage.store.Results;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another AGENT.toml for an agent that runs. */
class ApplyIT {
    private static final Pattern HASH = Pattern.compile("--accept-growth ([0-9a-f]{16})");

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

    private static String manifest(String agent, String capabilities) {
        return "[agent]\nname = \"coder\"\ncommand = [\"/bin/agent\"]\nstart = \"manual\"\nrestart = \"never\"\n"
                + agent + "[capabilities]\n" + capabilities;
    }

    /** Puts an agent into the store, as an import does. */
    private void store(String manifest) throws Exception {
        Path root = Files.createDirectories(base.resolve("data/store"));
        byte[] image = "an image".getBytes(StandardCharsets.UTF_8);
        AgentStore.open(root)
                .add(
                        new AgentName("coder"),
                        manifest.getBytes(StandardCharsets.UTF_8),
                        Optional.of(Files.write(root.resolve("made"), image)),
                        Results.of(image),
                        new AgentStore.Addition(1, "test"));
    }

    private JsonObject apply(String manifest, String... accepted) throws RpcException {
        byte[] text = manifest.getBytes(StandardCharsets.UTF_8);
        JsonObject chunk = new JsonObject();
        chunk.addProperty("offset", 0);
        chunk.addProperty("data", Base64.getEncoder().encodeToString(text));
        String transfer =
                cage.ask("agent.transfer.write", chunk).get("transfer").getAsString();
        JsonObject params = new JsonObject();
        params.addProperty("agent", "coder");
        params.addProperty("manifest", transfer);
        params.addProperty("manifest_sha256", Sha256.hex(text));
        if (accepted.length > 0) {
            params.addProperty("accept_growth", accepted[0]);
        }
        return cage.ask("agent.apply", params);
    }

    @Test
    void aRunTakesOverWhatItCanAndTheRestWaits() throws Exception {
        store(manifest("", "max_cpu_percent = 100\nnetwork = { allow = [\"a.example\"] }\n"));
        CageSettings settings = cage.settings(CageFixture.guest("echo own; exec sleep 1000"));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "coder");
            cage.awaitLine("coder", "own");
            String next = manifest("stop_secs = 3\n", """
                    max_cpu_percent = 50
                    network = { allow = ["b.example"] }
                    health_check = { port = 80, interval_secs = 1 }
                    """);
            String[] refusal = new String[1];
            assertThatThrownBy(() -> apply(next))
                    .satisfies(e -> refusal[0] = String.valueOf(e.getMessage()))
                    .hasMessageContaining("b.example");
            assertThat(cage.lastParams("egress.add").get("allow").toString()).contains("a.example");
            Matcher hash = HASH.matcher(refusal[0]);
            assertThat(hash.find()).as(refusal[0]).isTrue();
            JsonObject applied = apply(next, hash.group(1));
            assertThat(applied)
                    .hasToString("{\"agent\":\"coder\",\"version\":2,\"in_force\":[\"capabilities.max_cpu_percent\","
                            + "\"capabilities.network.allow\",\"capabilities.health_check\"],"
                            + "\"at_next_start\":[\"agent.stop_secs\"]}");
            JsonObject rules = cage.lastParams("egress.add");
            assertThat(rules.get("allow").toString()).contains("b.example").doesNotContain("a.example");
            assertThat(rules.get("interface").getAsString()).isEqualTo("nb1");
            if (settings.controllers().contains("cpu")) {
                assertThat(settings.cgroups().resolve("agents/coder/cpu.max")).hasContent("50000 100000\n");
            }
            cage.awaitLine("coder", "check 1 of 80/");
            JsonObject event = cage.await("agent.applied", "coder");
            assertThat(event.get("client").getAsString()).isNotEmpty();
            JsonObject again = apply(next);
            assertThat(again.get("version").getAsInt()).isEqualTo(2);
            assertThat(again.get("in_force").getAsJsonArray()).isEmpty();
            assertThat(again.get("at_next_start")).hasToString("[\"agent.stop_secs\"]");

            cage.call("agent.stop", "coder");
            JsonObject stopped =
                    apply(manifest("", "max_cpu_percent = 40\nhealth_check = { port = 80, interval_secs = 1 }\n"));
            assertThat(stopped.get("version").getAsInt()).isEqualTo(3);
            assertThat(stopped.get("in_force").getAsJsonArray()).isEmpty();
            assertThat(stopped.get("at_next_start").toString())
                    .contains("agent.stop_secs", "capabilities.max_cpu_percent", "capabilities.network.allow");
            assertThatThrownBy(() -> apply(manifest("", "max_cpu_percent = 0\n")))
                    .hasMessageContaining("capabilities.max_cpu_percent");
        }
    }
}
