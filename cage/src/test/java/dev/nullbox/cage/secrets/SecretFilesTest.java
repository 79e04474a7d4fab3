package dev.nullbox.cage.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFilesTest {
    private static final List<String> NAMES = List.of("A", "B", "C");

    @TempDir
    Path vault;

    private final Libc libc = Natives.libc();

    private SecretFiles files() throws IOException {
        return SecretFiles.of(libc, libc.getpid(), vault.toString(), NAMES);
    }

    @Test
    void whoHasOneOpenReadsNothingMoreFromIt() throws IOException {
        for (String name : NAMES) {
            Files.writeString(vault.resolve(name), "s3cr3t".repeat(1_000));
        }
        SecretFiles files = files();
        try (InputStream open = Files.newInputStream(vault.resolve("B"))) {
            assertThat(open.read()).isEqualTo('s');
            assertThat(files.wipe("B")).isTrue();
            assertThat(open.read()).isEqualTo(-1);
        }
        assertThat(files.wipe("B")).isFalse();
        assertThat(files.names()).containsExactlyInAnyOrder("A", "C");
        files.close();
        assertThat(vault).isEmptyDirectory();
        assertThat(files.wipe("A")).isFalse();
    }

    /** It once stopped at the first, and let the others lie. */
    @Test
    void wipesTheOthersWhenOneCannotBe() throws IOException {
        Files.createDirectory(vault.resolve("B"));
        Files.writeString(vault.resolve("A"), "s3cr3t");
        Files.writeString(vault.resolve("C"), "s3cr3t");
        SecretFiles files = files();
        assertThatThrownBy(files::close).isInstanceOf(IOException.class).hasMessageContaining("/B");
        assertThat(vault).isDirectoryNotContaining(file -> !file.endsWith("B"));
        files.close();
    }
}
