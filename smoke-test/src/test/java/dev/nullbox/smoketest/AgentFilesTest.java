package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.manifest.ManifestResult;
import dev.nullbox.manifest.reader.ManifestReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The manifests of the examples and of the tests' own agents are such as the appliance takes. */
final class AgentFilesTest {
    private static final Path EXAMPLES = Path.of("..", "examples");

    @Test
    void everyExampleIsValid() throws IOException {
        try (Stream<Path> files = Files.walk(EXAMPLES)) {
            List<Path> manifests =
                    files.filter(file -> file.endsWith("AGENT.toml")).toList();
            assertThat(manifests).isNotEmpty();
            for (Path manifest : manifests) {
                assertThat(ManifestReader.read(manifest))
                        .as(manifest.toString())
                        .isInstanceOf(ManifestResult.Valid.class);
            }
        }
    }

    @Test
    void theProbeIsValid() {
        String manifest = AgentFiles.probeManifest("probe", "manual", List.of("10.0.2.100:7001"), "");
        assertThat(ManifestReader.read(manifest)).isInstanceOf(ManifestResult.Valid.class);
        assertThat(ManifestReader.read(AgentFiles.probeManifest("server", "auto", List.of(), "")))
                .isInstanceOf(ManifestResult.Valid.class);
    }

    @Test
    void theBadAgentHasAllTheProblemsThatTheTestNames() {
        assertThat(ManifestReader.read(WallsVmIT.BAD_MANIFEST))
                .isInstanceOfSatisfying(
                        ManifestResult.Invalid.class,
                        refused -> assertThat(refused.problems().toString())
                                .contains("surprise", "command", "max_memory_mb"));
    }

    @Test
    void theBenchReadsChaosMemory() {
        assertThat(Bench.memory("memory nulld=20000/8000 vmm=62500/50000 vmm=1/1"))
                .containsOnlyKeys("nulld", "vmm")
                .containsEntry("nulld", new Bench.Memory(20.48, 8.192))
                .containsEntry("vmm", new Bench.Memory(64, 51.2));
    }
}
