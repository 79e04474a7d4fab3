package dev.nullbox.manifest.reader;

import dev.nullbox.manifest.GuestText;
import dev.nullbox.manifest.ImageDefaults;
import dev.nullbox.manifest.ManifestResult;
import dev.nullbox.manifest.ManifestResult.Invalid;
import dev.nullbox.manifest.Problem;
import dev.nullbox.protocol.id.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Reader of AGENT.toml, in four steps: the grammar ({@link TomlGrammar}), toml4j's tree of its {@link TomlText}, the
 * values ({@link RawManifest}), and the relations between them ({@link ManifestChecker}). Never throws for a file's
 * content.
 */
public final class ManifestReader {
    /** The largest AGENT.toml, in bytes of UTF-8. */
    public static final int MAX_BYTES = 2 * 1024 * 1024;

    private ManifestReader() {}

    /** Reads a manifest, or all its problems, from a text. */
    public static ManifestResult read(String toml) {
        return GuestText.bytes(toml) > MAX_BYTES ? tooLarge() : parse(toml, ImageDefaults.NONE);
    }

    private static ManifestResult parse(String toml, ImageDefaults image) {
        TomlGrammar.Checked checked = TomlGrammar.check(toml);
        if (!checked.problems().isEmpty()) {
            return new Invalid(checked.problems());
        }
        Map<String, Object> tree;
        try {
            tree = checked.text().tree();
        } catch (RuntimeException refusal) {
            // The grammar refuses everything that toml4j is known to refuse; what it throws otherwise is not
            // documented.
            String message = String.valueOf(refusal.getMessage());
            return new Invalid(List.of(new Problem(
                    "file", "cannot be read as TOML: " + Text.quoted(message), "write one plain key = value a line")));
        }
        return new ManifestChecker(new RawManifest(image.fill(tree))).check();
    }

    /**
     * Reads a manifest, or all its problems, from a file of at most 2 MiB of UTF-8.
     *
     * @throws IOException when the file cannot be read
     */
    public static ManifestResult read(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        }
        return read(bytes);
    }

    /** Reads a manifest, or all its problems, from at most 2 MiB of UTF-8. */
    public static ManifestResult read(byte[] bytes) {
        return read(bytes, ImageDefaults.NONE);
    }

    /** The same for an agent with an image whose configuration has defaults for what AGENT.toml leaves out. */
    public static ManifestResult read(byte[] bytes, ImageDefaults image) {
        if (bytes.length > MAX_BYTES) {
            return tooLarge();
        }
        try {
            return parse(
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString(),
                    image);
        } catch (CharacterCodingException notUtf8) {
            return new Invalid(List.of(new Problem("file", "is not UTF-8", "save it as UTF-8 text")));
        }
    }

    private static ManifestResult tooLarge() {
        return new Invalid(List.of(
                new Problem("file", "is larger than 2 MiB", "put long texts into files of the root file system")));
    }
}
