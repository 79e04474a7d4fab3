package dev.nullbox.importer.image;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.importer.input.Compression;
import dev.nullbox.importer.input.Meter;
import dev.nullbox.importer.input.MeteredStream;
import dev.nullbox.importer.input.Spool;
import dev.nullbox.protocol.importer.ImportReason;
import java.io.BufferedInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/** Detector of an archive's kind, which reads as little as that takes. */
public final class SourceDetector implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final String PLAIN_FILE = "archive.tar";

    private final Spool spool;
    private final Path work;
    private final LongConsumer read;
    private Optional<Spool> plain = Optional.empty();

    /**
     * @param work a directory in which a compressed archive of an image is decompressed: its parts are read in any order
     * @param read takes the bytes of each read of the decompressed archive
     */
    public SourceDetector(Spool spool, Path work, LongConsumer read) {
        this.spool = spool;
        this.work = work;
        this.read = read;
    }

    /**
     * The image or root in the archive.
     *
     * @param wanted the name of one of several images
     * @param meters a new one for each reading
     */
    public ImageSource detect(Optional<String> wanted, Supplier<Meter> meters) throws IOException {
        ArchiveIndex index;
        boolean isPlain;
        try (InputStream raw = spool.stream()) {
            Compression.Plain archive = Compression.decompress(raw);
            isPlain = archive.compression() == Compression.NONE;
            InputStream stream = isPlain ? archive.stream() : metered(archive.stream(), meters.get());
            index = ArchiveIndex.scan(new BufferedInputStream(stream, BUFFER_BYTES), spool, meters.get());
        }
        boolean isOci = index.has(ArchiveIndex.LAYOUT) && index.has(ArchiveIndex.OCI_INDEX);
        boolean isDocker = index.has(ArchiveIndex.DOCKER_MANIFEST);
        if (!isOci && !isDocker) {
            return root(wanted);
        }
        ArchiveIndex parts = isPlain ? index : decompressed(meters);
        return isOci ? OciLayout.choose(parts, wanted) : DockerArchive.choose(parts, wanted);
    }

    private ImageSource root(Optional<String> wanted) throws ArchiveException {
        if (wanted.isPresent()) {
            throw new ArchiveException(
                    ImportReason.IMPORT_CHOICE,
                    "the archive has the files of a root, and no images by names; leave the name out");
        }
        return ImageSource.root(spool);
    }

    private MeteredStream metered(InputStream stream, Meter meter) {
        return new MeteredStream(stream, Digest.digest(Digest.SHA256), spool.size(), meter);
    }

    private ArchiveIndex decompressed(Supplier<Meter> meters) throws IOException {
        Path file = work.resolve(PLAIN_FILE);
        try (InputStream raw = spool.stream();
                OutputStream out = new FileOutputStream(file.toFile())) {
            metered(Compression.decompress(raw).stream(), meters.get()).transferTo(out);
            Spool opened = Spool.open(file, read);
            plain = Optional.of(opened);
            return ArchiveIndex.scan(new BufferedInputStream(opened.stream(), BUFFER_BYTES), opened, meters.get());
        } finally {
            // The file exists until it is closed, and no longer, whatever happens.
            Files.deleteIfExists(file);
        }
    }

    @Override
    public void close() throws IOException {
        if (plain.isPresent()) {
            plain.get().close();
        }
    }
}
