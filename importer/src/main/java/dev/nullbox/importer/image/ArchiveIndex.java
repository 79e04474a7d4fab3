package dev.nullbox.importer.image;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.archive.ByteNames;
import dev.nullbox.archive.tar.TarEntry;
import dev.nullbox.archive.tar.TarReader;
import dev.nullbox.importer.input.Meter;
import dev.nullbox.importer.input.Spool;
import dev.nullbox.protocol.importer.ImportReason;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Index of the files in an archive that may be an image's parts, by their paths. A root is recognised by the first path
 * that no archive of an image has; until then nothing of it is read twice.
 */
final class ArchiveIndex {
    static final String LAYOUT = "oci-layout";
    static final String OCI_INDEX = "index.json";
    static final String DOCKER_MANIFEST = "manifest.json";

    private static final int MAX_PARTS = 20_000;
    private static final int MAX_HOPS = 8;
    /** Paths of parts in both kinds of image, also those of docker before version 1.10, and their directories. */
    private static final Pattern PART = Pattern.compile("oci-layout|index\\.json|manifest\\.json|repositories"
            + "|blobs|blobs/sha(256|512)|blobs/sha(256|512)/[^/]+|[^/]+\\.(json|tar)"
            + "|[0-9a-f]{64}|[0-9a-f]{64}/(VERSION|json|layer\\.tar)");

    private final Spool spool;
    private final Map<String, Part> parts = new HashMap<>();
    private boolean isLayout;

    /** Location of a part: in the archive, or under another path. */
    private sealed interface Part {
        record Stored(long offset, long size) implements Part {}

        record Link(String target) implements Part {}

        /** A sparse file, which has no single location. */
        record Scattered() implements Part {}
    }

    private ArchiveIndex(Spool spool) {
        this.spool = spool;
    }

    /**
     * The index of an archive that is not compressed.
     *
     * @param stream the archive from its beginning
     * @param spool file in which its parts can be read later, at the same positions
     */
    static ArchiveIndex scan(InputStream stream, Spool spool, Meter meter) throws IOException {
        ArchiveIndex index = new ArchiveIndex(spool);
        TarReader tar = new TarReader(stream);
        Optional<TarEntry> entry = tar.next();
        while (entry.isPresent()) {
            meter.entry(entry.get().size(), 0);
            if (!index.take(entry.get(), tar)) {
                index.parts.clear();
                return index;
            }
            entry = tar.next();
        }
        return index;
    }

    /** Adds an entry; false when the archive cannot be that of an image. */
    private boolean take(TarEntry entry, TarReader tar) throws ArchiveException {
        String path = plain(entry.path());
        if (!PART.matcher(path).matches()) {
            // A layout may have other files beside an image's parts.
            return isLayout || path.isEmpty();
        }
        if (parts.size() == MAX_PARTS) {
            throw new ArchiveException(
                    ImportReason.IMPORT_LIMIT,
                    "the archive has more than " + MAX_PARTS + " parts of images; send one image alone");
        }
        switch (entry.kind()) {
            case FILE ->
                add(
                        path,
                        tar.contentPosition()
                                .<Part>map(offset -> new Part.Stored(offset, entry.size()))
                                .orElseGet(Part.Scattered::new));
            case HARD_LINK -> add(path, new Part.Link(plain(entry.target())));
            case SYMLINK -> add(path, new Part.Link(beside(path, entry.target())));
            case DIRECTORY, FIFO, CHARACTER_DEVICE, BLOCK_DEVICE -> {
                return true;
            }
        }
        isLayout |= path.equals(LAYOUT) || path.equals(OCI_INDEX);
        return true;
    }

    private void add(String path, Part part) throws ArchiveException {
        if (parts.put(path, part) != null) {
            throw new ArchiveException(
                    ImportReason.IMPORT_ENTRY, "entry " + ByteNames.shown(path) + " occurs twice in the archive");
        }
    }

    private static String plain(String path) {
        String rest = path;
        while (rest.startsWith("./") || rest.startsWith("/")) {
            rest = rest.substring(rest.indexOf('/') + 1);
        }
        while (rest.endsWith("/")) {
            rest = rest.substring(0, rest.length() - 1);
        }
        return rest.equals(".") ? "" : rest;
    }

    /** The path that a symbolic link leads to; empty for one that leads out of the archive. */
    private static String beside(String path, String target) {
        String directory = path.substring(0, path.lastIndexOf('/') + 1);
        String rest = target;
        while (rest.startsWith("../") && !directory.isEmpty()) {
            rest = rest.substring(3);
            directory = directory.substring(0, directory.lastIndexOf('/', directory.length() - 2) + 1);
        }
        return directory + plain(rest);
    }

    boolean has(String path) {
        return parts.containsKey(path);
    }

    /** Part of the archive, by its location in the spool. */
    record Blob(String path, Spool spool, long offset, long size) {
        InputStream stream() {
            return spool.stream(offset, size);
        }
    }

    /** The part at a path, with links followed. */
    Blob blob(String path) throws ArchiveException {
        String at = path;
        for (int hops = 0; hops < MAX_HOPS; hops++) {
            switch (parts.get(at)) {
                case Part.Stored(long offset, long size) -> {
                    return new Blob(path, spool, offset, size);
                }
                case Part.Link(String target) -> at = target;
                case Part.Scattered _ ->
                    throw Document.malformed(
                            ByteNames.shown(path), "is stored as a sparse file; make the archive without --sparse");
                case null ->
                    throw Document.malformed(
                            ByteNames.shown(path),
                            "is not in the archive, and the image needs it; copy the image again, with all its parts");
            }
        }
        throw Document.malformed(ByteNames.shown(path), "is a link that leads to itself");
    }

    /** Reads a whole part. */
    byte[] read(String path, int most) throws IOException {
        Blob blob = blob(path);
        if (blob.size() > most) {
            throw new ArchiveException(
                    ImportReason.IMPORT_LIMIT,
                    ByteNames.shown(path) + ": has " + blob.size() + " bytes; at most " + most + " are read");
        }
        try (InputStream stream = blob.stream()) {
            byte[] bytes = stream.readAllBytes();
            if (bytes.length != blob.size()) {
                throw new ArchiveException(ImportReason.IMPORT_CUT, "the archive ends within " + ByteNames.shown(path));
            }
            return bytes;
        }
    }
}
