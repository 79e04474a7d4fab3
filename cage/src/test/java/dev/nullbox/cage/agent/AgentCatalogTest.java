package dev.nullbox.cage.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.cage.agent.CatalogEntry.Accepted;
import dev.nullbox.cage.agent.CatalogEntry.Refused;
import dev.nullbox.cage.agent.CatalogEntry.Source;
import dev.nullbox.manifest.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentCatalogTest {
    private Path image;
    private Path data;

    @BeforeEach
    void places(@TempDir Path directory) throws IOException {
        image = Files.createDirectories(directory.resolve("image"));
        data = Files.createDirectories(directory.resolve("data"));
    }

    private static void agent(Path place, String name, String toml) throws IOException {
        Path directory = Files.createDirectories(place.resolve(name));
        Files.writeString(directory.resolve("root.erofs"), "x");
        Files.writeString(directory.resolve("root.digest"), "sha256:" + "0".repeat(64) + "\n");
        Files.writeString(directory.resolve("AGENT.toml"), toml);
    }

    private static String toml(String name) {
        return "[agent]\nname = \"" + name + "\"\ncommand = [\"/bin/agent\"]\n";
    }

    private List<CatalogEntry> load() throws IOException {
        return new AgentCatalog(image, data).load(List.of());
    }

    private List<String> problemsOf(int entry) throws IOException {
        return switch (load().get(entry)) {
            case Refused refused ->
                refused.problems().stream().map(Problem::fieldPath).toList();
            case Accepted accepted -> throw new AssertionError("accepted: " + accepted);
        };
    }

    @Test
    void theImagesAgentsComeFirstEachPlaceSorted() throws IOException {
        agent(image, "b", toml("b"));
        agent(image, "a", toml("a"));
        agent(data, "c", toml("c"));
        Files.writeString(image.resolve("README"), "no agent");
        assertThat(load()).extracting(CatalogEntry::name).containsExactly("a", "b", "c");
        assertThat(load()).extracting(CatalogEntry::from).containsExactly(Source.IMAGE, Source.IMAGE, Source.DATA);
        assertThat(load()).allMatch(entry -> entry instanceof Accepted);
    }

    @Test
    void placesThatAreNotThereHoldNoAgents() throws IOException {
        assertThat(new AgentCatalog(image.resolve("no"), data.resolve("no")).load(List.of()))
                .isEmpty();
    }

    @Test
    void dataCannotReplaceAnAgentOfTheImage() throws IOException {
        agent(image, "a", toml("a"));
        agent(data, "a", toml("a"));
        assertThat(load().getFirst()).isInstanceOf(Accepted.class);
        assertThat(problemsOf(1)).containsExactly("agent.name");
    }

    @Test
    void refusesAnotherNameThanTheDirectorys() throws IOException {
        agent(image, "a", toml("b"));
        assertThat(problemsOf(0)).containsExactly("agent.name");
    }

    @Test
    void tellsAllThatIsWrongAtOnce() throws IOException {
        agent(image, "a", toml("b"));
        Files.delete(image.resolve("a/root.erofs"));
        assertThat(problemsOf(0)).containsExactly("agent.name", "root.erofs");
        agent(image, "a", toml("a") + "colour = 'red'\nrestart = 'maybe'\n");
        assertThat(problemsOf(0)).containsExactlyInAnyOrder("agent.colour", "agent.restart");
    }

    @Test
    void refusesADirectoryWithoutAReadableManifest() throws IOException {
        Files.createDirectories(image.resolve("a"));
        assertThat(problemsOf(0)).containsExactly("AGENT.toml");
        Files.createDirectories(image.resolve("a/AGENT.toml"));
        assertThat(problemsOf(0)).containsExactly("AGENT.toml");
    }

    @Test
    @Timeout(20)
    void refusesAPipeInPlaceOfAManifestAndWaitsForNobody() throws Exception {
        agent(image, "a", toml("a"));
        Path manifest = image.resolve("a/AGENT.toml");
        Files.delete(manifest);
        assertThat(new ProcessBuilder("mkfifo", manifest.toString()).start().waitFor())
                .isZero();
        assertThat(problemsOf(0)).containsExactly("AGENT.toml");
    }

    /** Each leads to what would be accepted in its place: it once was. */
    @ParameterizedTest
    @CsvSource({
        "AGENT.toml, AGENT.toml, this is a symbolic link; put the file itself in its place",
        "root.erofs, root.erofs, 'there is no regular file of this name beside AGENT.toml; make the agent''s image with ./nullbox boot --agent DIR, which puts it there'",
        "., agent.name, the agent's directory is a symbolic link; put the directory itself in its place",
    })
    void followsNoLinkOutOfAnAgentsDirectory(String linked, String field, String problem) throws IOException {
        Path elsewhere = Files.createDirectories(data.resolveSibling("elsewhere"));
        for (Path place : List.of(image, data)) {
            String name = place.equals(image) ? "a" : "b";
            agent(place, name, toml(name));
            assertThat(load()).last().isInstanceOf(Accepted.class);
            Path original = place.resolve(name).resolve(linked).normalize();
            Path target = elsewhere.resolve(name);
            Files.move(original, target);
            Files.createSymbolicLink(original, target);
            assertThat(load().getLast()).isInstanceOfSatisfying(Refused.class, refused -> {
                assertThat(refused.name()).isEqualTo(name);
                assertThat(refused.problems()).singleElement().satisfies(one -> {
                    assertThat(one.fieldPath()).isEqualTo(field);
                    assertThat(one.problem() + "; " + one.remedy()).isEqualTo(problem);
                });
            });
            Files.delete(original);
            Files.move(target, original);
            assertThat(load()).last().isInstanceOf(Accepted.class);
        }
    }

    @Test
    @Timeout(20)
    void neitherReadsNorWaitsForWhatALinkLeadsTo() throws Exception {
        agent(image, "a", toml("a"));
        Path manifest = image.resolve("a/AGENT.toml");
        Path pipe = image.resolveSibling("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        for (Path target : List.of(pipe, Path.of("/dev/zero"), Path.of("/nonexistent"), manifest)) {
            Files.delete(manifest);
            Files.createSymbolicLink(manifest, target);
            assertThat(problemsOf(0)).containsExactly("AGENT.toml");
        }
    }

    @Test
    void refusesALinkThatLeadsNowhereRatherThanPassingItOver() throws IOException {
        Files.createSymbolicLink(data.resolve("a"), Path.of("nowhere"));
        assertThat(problemsOf(0)).containsExactly("agent.name");
    }

    @Test
    void refusesAnAgentWithoutItsRoot() throws IOException {
        Files.writeString(Files.createDirectories(image.resolve("a")).resolve("AGENT.toml"), toml("a"));
        assertThat(problemsOf(0)).containsExactly("root.erofs", "root.digest");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sha256:", "md5:0123", "sha256:zz", "two\nlines"})
    void refusesADigestThatIsNone(String text) throws IOException {
        agent(image, "a", toml("a"));
        Files.writeString(image.resolve("a/root.digest"), text);
        assertThat(problemsOf(0)).containsExactly("root.digest");
    }
}
