package dev.nullbox.cage.store;

import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Version;
import dev.nullbox.protocol.api.DeployContract;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Archives that were imported, by their SHA-256, with the images that were made of them: the latest, in one file. An
 * importer of another version may make another image, so that it imports anew. For any thread.
 */
final class KnownArchives {
    /** Most archives that are known. */
    static final int MAX = 256;

    private static final int MAX_BYTES = 1 << 20;
    private static final String FILE = "archives.json";

    private static final Field<String> RELEASE = Field.of("release", FieldType.TEXT, "");
    private static final Field<List<Message>> ARCHIVES = Field.of(
            "archives",
            FieldType.listOf(
                    FieldType.struct(TransferContract.SHA256, DeployContract.IMAGE.optional(), DeployContract.DIGEST)),
            "");

    /**
     * An archive.
     *
     * @param image the one of its images that was meant
     * @param digest of the image that was made
     */
    private record Known(String sha256, Optional<String> image, String digest) {
        boolean isOf(String other, Optional<String> meant) {
            return sha256.equals(other) && image.equals(meant);
        }
    }

    private final Path file;
    private final StoreFiles files;
    private final List<Known> known = new ArrayList<>();

    private KnownArchives(Path file, StoreFiles files) {
        this.file = file;
        this.files = files;
    }

    /** Loads them from the store's directory; a file that cannot be read is left out, and all is imported anew. */
    static KnownArchives load(Path root, StoreFiles files) {
        KnownArchives archives = new KnownArchives(root.resolve(FILE), files);
        try {
            archives.read();
        } catch (IOException | RpcException | IllegalStateException e) {
            System.err.println("cage: archives that were added before are not known: " + e.getMessage());
        }
        return archives;
    }

    private void read() throws IOException, RpcException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            bytes = in.readNBytes(MAX_BYTES);
        }
        Message content =
                Codec.decodeOpen(List.of(RELEASE, ARCHIVES), Json.parse(bytes).getAsJsonObject());
        if (!content.get(RELEASE).equals(Version.TEXT)) {
            return;
        }
        for (Message archive : content.get(ARCHIVES)) {
            known.add(new Known(
                    archive.get(TransferContract.SHA256),
                    archive.find(DeployContract.IMAGE),
                    archive.get(DeployContract.DIGEST)));
        }
    }

    /** The digest of the image that was made of an archive. */
    synchronized Optional<String> find(String sha256, Optional<String> image) {
        return known.stream()
                .filter(archive -> archive.isOf(sha256, image))
                .map(Known::digest)
                .findFirst();
    }

    /** Adds an archive; one that cannot be written is imported again after a restart. */
    synchronized void add(String sha256, Optional<String> image, String digest) {
        known.removeIf(archive -> archive.isOf(sha256, image));
        known.add(new Known(sha256, image, digest));
        if (known.size() > MAX) {
            known.removeFirst();
        }
        try {
            files.replace(
                    file,
                    Json.bytes(Codec.encode(
                            RELEASE.is(Version.TEXT),
                            ARCHIVES.is(known.stream()
                                    .map(archive -> Message.of(
                                                    TransferContract.SHA256.is(archive.sha256()),
                                                    DeployContract.DIGEST.is(archive.digest()))
                                            .and(DeployContract.IMAGE, archive.image()))
                                    .toList()))));
        } catch (IOException e) {
            System.err.println(
                    "cage: an archive is imported again after a restart: " + e + "; free space on the data partition");
        }
    }
}
