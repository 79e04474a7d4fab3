package dev.nullbox.cage.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives that need not be imported again. */
class KnownArchivesTest {
    @TempDir
    private Path root = Path.of("");

    private KnownArchives loaded() {
        return KnownArchives.load(root, new StoreFiles());
    }

    private static String digest(int number) {
        return String.format("%064x", number);
    }

    @Test
    void anotherProcessKnowsThemByArchiveAndImage() {
        KnownArchives archives = loaded();
        archives.add(digest(1), Optional.empty(), digest(11));
        archives.add(digest(1), Optional.of("a:1"), digest(12));
        archives.add(digest(1), Optional.of("a:1"), digest(13));
        assertThat(loaded().find(digest(1), Optional.empty())).contains(digest(11));
        assertThat(loaded().find(digest(1), Optional.of("a:1"))).contains(digest(13));
        assertThat(loaded().find(digest(1), Optional.of("b:1"))).isEmpty();
        assertThat(loaded().find(digest(2), Optional.empty())).isEmpty();
    }

    @Test
    void theLatestAreKept() {
        KnownArchives archives = loaded();
        for (int i = 0; i <= KnownArchives.MAX; i++) {
            archives.add(digest(i), Optional.empty(), digest(i));
        }
        assertThat(loaded().find(digest(0), Optional.empty())).isEmpty();
        assertThat(loaded().find(digest(1), Optional.empty())).isPresent();
    }

    /** An importer of another version may make another image of them. */
    @Test
    void thoseOfAnotherReleaseOrADamagedFileAreNotKnown() throws Exception {
        loaded().add(digest(1), Optional.empty(), digest(11));
        Path file = root.resolve("archives.json");
        String text = Files.readString(file);
        Files.writeString(file, text.replaceFirst("\"release\":\"[^\"]*\"", "\"release\":\"0.0.0\""));
        assertThat(loaded().find(digest(1), Optional.empty())).isEmpty();
        Files.writeString(file, text.substring(0, 20));
        assertThat(loaded().find(digest(1), Optional.empty())).isEmpty();
    }
}
