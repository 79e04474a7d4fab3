package dev.nullbox.manifest;

import java.io.IOException;
import java.nio.file.Path;

/** Reads AGENT.toml. */
public final class ManifestReader {
    private ManifestReader() {}

    /** The manifest that the text is, or all that is wrong with it. */
    public static ManifestResult read(String toml) {
        throw new UnsupportedOperationException("lands with the parser");
    }

    /**
     * The manifest in a file of at most 64 KiB of UTF-8, or all that is wrong with it.
     *
     * @throws IOException when the file cannot be read
     */
    public static ManifestResult read(Path file) throws IOException {
        throw new UnsupportedOperationException("lands with the parser");
    }
}
