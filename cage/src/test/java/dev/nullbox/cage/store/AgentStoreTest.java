package dev.nullbox.cage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.cage.agent.CatalogEntry;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.service.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images and versions on the disk. */
class AgentStoreTest {
    private static final AgentName CODER = new AgentName("coder");
    private static final AgentName OTHER = new AgentName("other");
    private static final byte[] MANIFEST = Results.bytes("[agent]\nname = \"coder\"\n");
    private static final byte[] LATER = Results.bytes("[agent]\nname = \"coder\"\nversion = \"2\"\n");

    @TempDir
    private Path directory;

    private Path root;
    private AgentStore store;

    @BeforeEach
    void open() throws IOException {
        root = directory.resolve("store");
        store = AgentStore.open(root);
    }

    private Optional<Path> made(String content) throws IOException {
        return Optional.of(Files.write(directory.resolve("made"), Results.bytes(content)));
    }

    private StoredVersion add(AgentStore to, AgentName name, byte[] manifest, String image) throws IOException {
        return to.add(
                name,
                manifest,
                made(image),
                Results.of(Results.bytes(image), "/bin/app"),
                new AgentStore.Addition(1, "operator"));
    }

    private static String digest(String image) {
        return Sha256.hex(Results.bytes(image));
    }

    private List<String> images() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("images"))) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(".erofs"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aVersionLastsWithItsManifestAndItsImage() throws IOException {
        add(store, CODER, MANIFEST, "one");
        AgentStore next = AgentStore.open(root);
        StoredAgent agent = next.find(CODER).orElseThrow();
        assertThat(agent.currentVersion())
                .isEqualTo(new StoredVersion(1, digest("one"), Sha256.hex(MANIFEST), 1, "operator"));
        assertThat(next.manifestOf(CODER, 1)).isEqualTo(MANIFEST);
        assertThat(next.entries()).singleElement().isInstanceOfSatisfying(CatalogEntry.Accepted.class, entry -> {
            assertThat(entry.from()).isEqualTo(CatalogEntry.Source.STORE);
            assertThat(entry.manifest().agent().command().words()).containsExactly("/bin/app");
            assertThat(entry.image()).hasContent("one");
        });
    }

    @Test
    void anImageIsThereOnceForAllAgents() throws IOException {
        add(store, CODER, MANIFEST, "one");
        add(store, OTHER, Results.bytes("[agent]\nname = \"other\"\n"), "one");
        assertThat(images()).containsExactly(digest("one") + ".erofs");
        assertThat(directory.resolve("made")).doesNotExist();
    }

    @Test
    void aFormerVersionCanBeTheCurrentOneAgain() throws IOException {
        add(store, CODER, MANIFEST, "one");
        add(store, CODER, LATER, "two");
        assertThat(store.find(CODER).orElseThrow().previous().orElseThrow().number())
                .isEqualTo(1);
        store.rollback(CODER, 1);
        StoredAgent agent = AgentStore.open(root).find(CODER).orElseThrow();
        assertThat(agent.current()).isEqualTo(1);
        assertThat(agent.versions()).hasSize(2);
        assertThat(add(store, CODER, LATER, "three").number()).isEqualTo(3);
    }

    @Test
    void onlyTheLastVersionsAreKept() throws IOException {
        for (int i = 1; i <= StoredAgent.MAX_FORMER + 4; i++) {
            add(store, CODER, MANIFEST, "one");
        }
        StoredAgent agent = store.find(CODER).orElseThrow();
        assertThat(agent.versions()).hasSize(StoredAgent.MAX_FORMER + 1);
        try (Stream<Path> files = Files.list(root.resolve("agents/coder"))) {
            assertThat(files).hasSize(StoredAgent.MAX_FORMER + 2);
        }
    }

    @Test
    void unusedImagesArePruned() throws IOException {
        add(store, CODER, MANIFEST, "one");
        Path running = root.resolve("images").resolve(digest("one") + ".erofs");
        add(store, CODER, MANIFEST, "two");
        add(store, CODER, MANIFEST, "three");
        assertThat(store.prune(Set.of(running))).isEqualTo(new AgentStore.Images(1, 3));
        assertThat(images()).containsExactlyInAnyOrder(digest("one") + ".erofs", digest("three") + ".erofs");
        assertThat(store.find(CODER).orElseThrow().versions()).hasSize(1);
        assertThat(store.prune(Set.of())).isEqualTo(new AgentStore.Images(1, 3));
    }

    @Test
    void aRemovedAgentIsGone() throws IOException {
        add(store, CODER, MANIFEST, "one");
        store.remove(CODER);
        assertThat(store.find(CODER)).isEmpty();
        assertThat(AgentStore.open(root).entries()).isEmpty();
        assertThat(root.resolve("agents")).isEmptyDirectory();
    }

    @Test
    void aDamagedImageIsNotUsed() throws IOException {
        add(store, CODER, MANIFEST, "one");
        Path image = root.resolve("images").resolve(digest("one") + ".erofs");
        Files.delete(image);
        Files.write(image, Results.bytes("eno"));
        AgentStore next = AgentStore.open(root);
        assertThatThrownBy(() -> next.verify(image))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is damaged");
        // Files outside of the store are not the store's to check.
        next.verify(directory.resolve("no such file"));
    }

    @Test
    void aDamagedRecordKeepsItsFiles() throws IOException {
        add(store, CODER, MANIFEST, "one");
        Files.write(root.resolve("agents/coder/agent.json"), Results.bytes("{"));
        assertThat(AgentStore.open(root).find(CODER)).isEmpty();
        assertThat(root.resolve("agents/coder/1.toml")).hasBinaryContent(MANIFEST);
    }

    private static final class PowerFailedException extends IOException {
        private static final long serialVersionUID = 1;
    }

    /** Files of a machine whose power fails before a step. */
    private static final class PowerCut extends StoreFiles {
        private int left;

        PowerCut(int steps) {
            left = steps;
        }

        private void step() throws IOException {
            if (left-- <= 0) {
                throw new PowerFailedException();
            }
        }

        @Override
        void replace(Path file, byte[] bytes) throws IOException {
            step();
            super.replace(file, bytes);
        }

        @Override
        void sync(Path path) throws IOException {
            step();
            super.sync(path);
        }

        @Override
        void move(Path from, Path to) throws IOException {
            step();
            super.move(from, to);
        }

        @Override
        void delete(Path path) throws IOException {
            step();
            super.delete(path);
        }
    }

    /** Change of a store. */
    @FunctionalInterface
    private interface Change {
        void make(AgentStore store) throws IOException;
    }

    /** Makes the change, cut short before each of its steps; the number of the version that is current after a boot. */
    private List<Optional<Long>> cutShort(Change change) throws IOException {
        List<Optional<Long>> found = new ArrayList<>();
        boolean isCut = true;
        for (int steps = 0; isCut; steps++) {
            root = directory.resolve("cut-" + steps);
            AgentStore before = AgentStore.open(root);
            add(before, CODER, MANIFEST, "one");
            AgentStore cut = AgentStore.open(root, new PowerCut(steps));
            try {
                change.make(cut);
                isCut = false;
            } catch (PowerFailedException e) {
                isCut = true;
            }
            AgentStore after = AgentStore.open(root);
            Optional<StoredAgent> agent = after.find(CODER);
            found.add(agent.map(StoredAgent::current));
            for (CatalogEntry entry : after.entries()) {
                assertThat(entry).as("after %d steps", steps).isInstanceOf(CatalogEntry.Accepted.class);
                after.verify(((CatalogEntry.Accepted) entry).image());
            }
            try (Stream<Path> files = Files.list(root.resolve("agents"))) {
                assertThat(files).as("after %d steps", steps).hasSize(agent.isPresent() ? 1 : 0);
            }
        }
        return found;
    }

    @Test
    void aPowerCutLeavesTheOldOrTheNewVersion() throws IOException {
        List<Optional<Long>> found = cutShort(store -> add(store, CODER, LATER, "two"));
        assertThat(found).hasSizeGreaterThan(5).startsWith(Optional.of(1L)).endsWith(Optional.of(2L));
    }

    @Test
    void aPowerCutLeavesARemovedAgentWholeOrGone() throws IOException {
        List<Optional<Long>> found = cutShort(store -> store.remove(CODER));
        assertThat(found).startsWith(Optional.of(1L)).endsWith(Optional.empty());
    }
}
