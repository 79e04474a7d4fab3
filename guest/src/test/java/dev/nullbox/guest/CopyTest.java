package dev.nullbox.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.Natives;
import dev.nullbox.protocol.guest.GuestCopy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies among this process's own files, in place of an agent's world. */
class CopyTest {
    @TempDir
    Path base;

    private byte[] copy(Path path, byte[] in, String... words) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        copyOf(path.toString(), words).run(new ByteArrayInputStream(in), out);
        return out.toByteArray();
    }

    private static Copy copyOf(String path, String... words) {
        List<String> arguments =
                new ArrayList<>(List.of("0", HexFormat.of().formatHex(path.getBytes(StandardCharsets.UTF_8))));
        arguments.addAll(List.of(words));
        return Copy.parse(Natives.libc(), arguments);
    }

    @Test
    void whatGoesOutComesIn() throws Exception {
        Files.createDirectories(base.resolve("tree/sub"));
        Files.writeString(base.resolve("tree/sub/\u00e9"), "text");
        byte[] tar = copy(base.resolve("tree"), new byte[0], GuestCopy.OUT);
        copy(base.resolve("new"), tar, GuestCopy.IN);
        assertThat(base.resolve("new/sub/\u00e9")).hasContent("text");
        Files.createDirectory(base.resolve("any"));
        copy(base.resolve("any"), tar, GuestCopy.UNPACK, GuestCopy.KEEP_OWNER);
        assertThat(base.resolve("any/tree/sub/\u00e9")).hasContent("text");
    }

    @Test
    void errorsAreForTheOperator() {
        assertThatThrownBy(() -> copy(base.resolve("none"), new byte[0], GuestCopy.OUT))
                .satisfies(failed ->
                        assertThat(Copy.problem((Exception) failed)).isEqualTo(base + "/none: there is no such file"));
        assertThatThrownBy(() -> copy(base.resolve("none"), new byte[0], GuestCopy.UNPACK))
                .satisfies(failed ->
                        assertThat(Copy.problem((Exception) failed)).isEqualTo(base + "/none: it is no directory"));
        assertThatThrownBy(() -> copy(base, new byte[0], "sideways")).hasMessageContaining("in, out or unpack");
        assertThatThrownBy(() -> Copy.parse(Natives.libc(), List.of("0", "2f"))).hasMessageContaining("usage");
    }
}
