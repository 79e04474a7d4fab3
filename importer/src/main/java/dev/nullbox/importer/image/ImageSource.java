package dev.nullbox.importer.image;

import dev.nullbox.importer.input.Spool;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.importer.ImportProtocol.SourceKind;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * Image or root to import.
 *
 * @param name as the archive has it
 * @param digest of the manifest or configuration; empty for a root, whose digest is its layer's
 * @param layers from the bottom
 * @param defaults of its configuration
 */
public record ImageSource(
        SourceKind kind, Optional<String> name, Optional<Digest> digest, List<Layer> layers, Message defaults) {
    /** Copies the layers. */
    public ImageSource {
        layers = List.copyOf(layers);
    }

    /**
     * Layer, as a part of the spooled archive.
     *
     * @param title for messages
     * @param stored the digest of the part itself
     * @param content the digest of the tar archive in it
     */
    public record Layer(
            String title, Spool spool, long offset, long size, Optional<Digest> stored, Optional<Digest> content) {
        public InputStream stream() {
            return spool.stream(offset, size);
        }
    }

    static ImageSource root(Spool spool) {
        Layer all = new Layer("the archive", spool, 0, spool.size(), Optional.empty(), Optional.empty());
        return new ImageSource(SourceKind.ROOT, Optional.empty(), Optional.empty(), List.of(all), Message.of());
    }
}
