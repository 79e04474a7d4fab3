package dev.nullbox.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.manifest.reader.ManifestReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys that differ between two manifests, and those that a run takes over. */
class ManifestChangeTest {
    private static final String PLAIN = "[agent]\nname = \"a\"\ncommand = [\"/bin/a\"]\n";

    private static Manifest manifest(String text) {
        return switch (ManifestReader.read(text.getBytes(StandardCharsets.UTF_8), ImageDefaults.UNKNOWN)) {
            case ManifestResult.Valid(Manifest manifest) -> manifest;
            case ManifestResult.Invalid(var problems) -> throw new AssertionError(problems.toString());
        };
    }

    private static Manifest with(String agent, String capabilities) {
        return manifest(PLAIN + agent + "\n" + capabilities);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "agent.version | version = \"2\" | | false",
                "agent.restart | restart = \"never\" | | false",
                "agent.start | start = \"manual\" | | true",
                "agent.env | env = { A = \"1\" } | | false",
                "agent.user | user = \"1\" | | false",
                "agent.workdir | workdir = \"/w\" | | false",
                "agent.stop_secs | stop_secs = 3 | | false",
                "agent.stop_signal | stop_signal = \"SIGINT\" | | false",
                "agent.log_mb | log_mb = 3 | | true",
                "agent.log_days | log_days = 3 | | true",
                "capabilities.max_cpu_percent | | max_cpu_percent = 50 | true",
                "capabilities.max_memory_mb | | max_memory_mb = 64 | false",
                "capabilities.credential_refs | | credential_refs = [\"A\"] | false",
                "capabilities.network.allow | | network = { allow = [\"a.example\"] } | true",
                "capabilities.filesystem.root | | filesystem = { root = \"read-only\" } | false",
                "capabilities.filesystem.write | | filesystem = { write = [\"/w\"] } | false",
                "capabilities.memory.max_mb | | memory = { max_mb = 3 } | false",
                "capabilities.health_check | | health_check = { port = 80 } | true"
            })
    void eachKeyIsToldApart(String key, String agent, String capabilities, boolean isLive) {
        Manifest old = manifest(PLAIN);
        Manifest next = with(agent == null ? "" : agent, capabilities == null ? "" : "[capabilities]\n" + capabilities);
        assertThat(ManifestChange.between(old, next)).containsExactly(new ManifestChange(key, isLive));
        assertThat(ManifestChange.between(old, old)).isEmpty();
        assertThat(ManifestChange.between(ManifestChange.adopted(old, next), isLive ? next : old))
                .isEmpty();
    }

    @Test
    void secretsOfTheGateWaitForTheNextStart() {
        String plain = "[capabilities.network]\nallow = [\"a.example\", \"b.example\"]";
        String secret =
                "[capabilities.network]\nallow = [\"b.example\", { host = \"a.example\", secret = \"A\", as = \"basic\" }]";
        Manifest before = with("", plain);
        Manifest next = with("", secret);
        assertThat(ManifestChange.between(before, next))
                .contains(new ManifestChange("capabilities.network.allow[].secret", false));
        assertThat(ManifestChange.adopted(before, next).capabilities().network().secrets())
                .isEmpty();
        assertThat(ManifestChange.adopted(next, before).capabilities().network().secrets())
                .isEqualTo(next.capabilities().network().secrets());
        assertThat(ManifestChange.adopted(next, with("", "[capabilities.network]\nallow = [\"b.example\"]"))
                        .capabilities()
                        .network()
                        .secrets())
                .isEmpty();
    }

    /** A new component would otherwise change without anybody being told. */
    @Test
    void allComponentsAreCompared() {
        long components = List.of(
                                Manifest.Agent.class,
                                Manifest.Capabilities.class,
                                Manifest.Network.class,
                                Manifest.Filesystem.class,
                                Manifest.Memory.class)
                        .stream()
                        .mapToLong(type -> type.getRecordComponents().length)
                        .sum()
                // The name, and network, filesystem and memory as such.
                - 4
                + 1;
        assertThat(ManifestChange.count()).isEqualTo(components);
    }
}
