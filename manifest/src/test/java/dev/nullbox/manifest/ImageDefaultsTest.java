package dev.nullbox.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.manifest.reader.ManifestReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Defaults from an image's configuration, where AGENT.toml says nothing. */
class ImageDefaultsTest {
    private static final ImageDefaults PYTHON = new ImageDefaults(
            List.of("python3"),
            List.of("python3", "-m", "app"),
            List.of("LANG=C.UTF-8", "GPG_KEY=E3FF2839", "EMPTY=", "BROKEN", "API=v2"),
            "app:app",
            "/srv",
            "SIGINT",
            List.of("/var/lib/app"));

    private static ManifestResult read(String toml, ImageDefaults image) {
        return ManifestReader.read(toml.getBytes(StandardCharsets.UTF_8), image);
    }

    private static Manifest good(String toml) {
        ManifestResult result = read(toml, PYTHON);
        assertThat(result).isInstanceOf(ManifestResult.Valid.class);
        return ((ManifestResult.Valid) result).manifest();
    }

    private static Map<String, String> env(Manifest manifest) {
        return manifest.agent().env().entrySet().stream()
                .collect(Collectors.toMap(one -> one.getKey().value(), Map.Entry::getValue));
    }

    private static List<String> problems(String toml, ImageDefaults image) {
        ManifestResult result = read(toml, image);
        assertThat(result).isInstanceOf(ManifestResult.Invalid.class);
        return ((ManifestResult.Invalid) result)
                .problems().stream().map(Problem::fieldPath).toList();
    }

    @Test
    void aManifestMayLeaveAllOfItToTheImage() {
        Manifest manifest = good("[agent]\nname = \"app\"\n");
        assertThat(manifest.agent().command().words()).containsExactly("python3", "-m", "app");
        assertThat(manifest.agent().user())
                .hasValueSatisfying(user -> assertThat(user.value()).isEqualTo("app:app"));
        assertThat(manifest.agent().workdir())
                .hasValueSatisfying(path -> assertThat(path.value()).isEqualTo("/srv"));
        assertThat(manifest.agent().stopSignal()).isEqualTo(StopSignal.SIGINT);
        assertThat(env(manifest)).isEqualTo(Map.of("LANG", "C.UTF-8", "EMPTY", "", "API", "v2"));
        assertThat(manifest.capabilities().filesystem().write())
                .extracting(mount -> mount.path().value())
                .containsExactly("/var/lib/app");
    }

    @Test
    void anImageGrantsItselfNothing() {
        Manifest manifest = good("[agent]\nname = \"app\"\n");
        assertThat(manifest.capabilities().network().allow()).isEmpty();
        assertThat(manifest.capabilities().credentialRefs()).isEmpty();
    }

    @Test
    void valuesOfTheManifestWin() {
        Manifest manifest = good("""
                [agent]
                name = "app"
                command = ["/bin/other"]
                user = "root"
                workdir = "/"
                stop_signal = "SIGTERM"
                [agent.env]
                LANG = "de_DE"
                [capabilities]
                credential_refs = ["API"]
                [capabilities.filesystem]
                write = ["/mine"]
                """);
        assertThat(manifest.agent().command().words()).containsExactly("/bin/other");
        assertThat(manifest.agent().user())
                .hasValueSatisfying(user -> assertThat(user.value()).isEqualTo("root"));
        assertThat(manifest.agent().stopSignal()).isEqualTo(StopSignal.SIGTERM);
        assertThat(env(manifest)).isEqualTo(Map.of("LANG", "de_DE", "EMPTY", ""));
        assertThat(manifest.capabilities().filesystem().write())
                .extracting(mount -> mount.path().value())
                .containsExactly("/mine");
    }

    @Test
    void variablesThatNoAgentGetsAreNamed() {
        assertThat(PYTHON.leftOutVariables()).containsExactly("GPG_KEY", "BROKEN");
    }

    @Test
    void anImageWithoutACommandLeavesItMissing() {
        assertThat(problems("[agent]\nname = \"app\"\n", ImageDefaults.NONE)).containsExactly("agent.command");
        assertThat(read("[agent]\nname = \"app\"\n", ImageDefaults.UNKNOWN)).isInstanceOf(ManifestResult.Valid.class);
    }

    @Test
    void faultsOfTheManifestAreNotHidden() {
        assertThat(problems("capabilities = 1\n[agent]\nname = \"app\"\nenv = 2\n", PYTHON))
                .containsExactlyInAnyOrder("agent.env", "capabilities");
        assertThat(problems("agent = 1\n", PYTHON)).contains("agent");
    }
}
