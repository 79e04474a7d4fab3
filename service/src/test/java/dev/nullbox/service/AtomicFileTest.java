package dev.nullbox.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    private Path directory;

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void replacesAFileWhole() throws IOException {
        Path place = directory.resolve("slots");
        AtomicFile.replace(place, "one".getBytes(StandardCharsets.US_ASCII));
        AtomicFile.replace(place, "2".getBytes(StandardCharsets.US_ASCII));
        assertThat(place).hasContent("2");
        assertThat(mode(place)).isEqualTo("rw-------");
        assertThat(names()).containsExactly("slots");
    }

    @Test
    void nobodySeesAFileThatIsBeingWritten() throws IOException {
        Path place = directory.resolve("new");
        try (AtomicFile file = AtomicFile.begin(place)) {
            file.write(new byte[] {'a'});
            assertThat(place).doesNotExist();
            assertThat(names())
                    .singleElement()
                    .satisfies(name -> assertThat(mode(directory.resolve(name))).isEqualTo("rw-------"));
            file.write(new byte[] {'b'});
            file.commit(false);
        }
        assertThat(place).hasContent("ab");
        assertThat(names()).containsExactly("new");
    }

    @Test
    void nothingIsLeftOfAFileThatWasGivenUp() throws IOException {
        Path place = Files.writeString(directory.resolve("old"), "old");
        try (AtomicFile file = AtomicFile.begin(place)) {
            file.write(new byte[100_000]);
        }
        assertThat(place).hasContent("old");
        assertThat(names()).containsExactly("old");
    }

    @Test
    void keepsAFileThatMayNotBeReplaced() throws IOException {
        Path place = Files.writeString(directory.resolve("old"), "old");
        try (AtomicFile file = AtomicFile.begin(place)) {
            assertThatThrownBy(() -> file.commit(false)).isInstanceOf(FileAlreadyExistsException.class);
        }
        assertThat(place).hasContent("old");
        assertThat(names()).containsExactly("old");
    }

    @Test
    void failsWhereThePlaceCannotBeTaken() throws IOException {
        Files.createDirectories(directory.resolve("full/of"));
        assertThatThrownBy(() -> AtomicFile.replace(directory.resolve("full"), new byte[1]))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> AtomicFile.replace(directory.resolve("absent/file"), new byte[1]))
                .isInstanceOf(IOException.class);
        assertThat(names()).containsExactly("full");
    }
}
