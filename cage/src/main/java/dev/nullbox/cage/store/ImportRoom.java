package dev.nullbox.cage.store;

import dev.nullbox.cage.disk.DiskStore;
import dev.nullbox.natives.Libc;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.importer.ImportProtocol;
import dev.nullbox.protocol.importer.ImportReason;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Directory;
import dev.nullbox.service.FileTransfers;
import dev.nullbox.service.PrivateDirectory;
import dev.nullbox.service.Sha256;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * Directories in which archives arrive and images are made: their content belongs to no version until the store takes
 * it over, and is removed at the next start.
 */
final class ImportRoom {
    private static final List<String> UPLOADS = List.of("upload-1", "upload-2", "upload-3", "upload-4");
    /** Copies on the disk while an image is made: the archive, its files and the image. */
    private static final int COPIES = 3;

    private static final long MIN_BYTES = 1L << 20;

    /** Receiver of a finished image. */
    @FunctionalInterface
    interface Taker {
        /**
         * Takes it over, by moving it away.
         *
         * @return the import's result
         */
        Message take(Path image, Message result) throws RpcException, IOException;
    }

    private final Libc libc;
    private final DiskStore disks;
    private final Importer importer;
    private final Path uploads;
    private final Path work;
    private final FileTransfers transfers;

    ImportRoom(Libc libc, Path root, DiskStore disks, Importer importer) throws IOException {
        this.libc = libc;
        this.disks = disks;
        this.importer = importer;
        this.uploads = AgentStore.directory(root.resolve("uploads"));
        this.work = root.resolve("work");
        clear();
        this.transfers = new FileTransfers(Directory.at(uploads), UPLOADS, ImportProtocol.MAX_BYTES, System::nanoTime);
    }

    FileTransfers transfers() {
        return transfers;
    }

    /** Writes a chunk of an archive or a manifest, if there is space. */
    Message write(Message request) throws RpcException, IOException {
        try {
            return transfers.write(request);
        } catch (IOException e) {
            DiskStore.Room room = disks.room();
            if (room.free() < MIN_BYTES) {
                throw space(room, e);
            }
            throw e;
        }
    }

    private static RpcException space(DiskStore.Room room, IOException cause) {
        RpcException refused = new RpcException(
                ImportReason.IMPORT_SPACE,
                "no room: " + (room.promised() >> 20) + " MiB of " + (room.limit() >> 20)
                        + " MiB are promised to agents' disks; " + cause.getMessage());
        refused.initCause(cause);
        return refused;
    }

    /** The bytes of a small file that was sent, which ends its transfer. */
    byte[] take(String transfer, Optional<String> sha256, int max) throws RpcException, IOException {
        return transfers.<byte[], IOException>take(transfer, sha256, name -> {
            Path file = uploads.resolve(name);
            // One byte more than allowed is enough for a reader to refuse it.
            return Directory.at(uploads).read(name, 0, (int) Math.min(Files.size(file), max + 1L));
        });
    }

    /** Makes an image of an archive that was sent, which ends its transfer, and hands it over. */
    Message importing(
            String transfer, Optional<String> sha256, Optional<String> image, Importer.Progress progress, Taker taker)
            throws RpcException, IOException {
        return transfers.<Message, IOException>take(transfer, sha256, name -> {
            Path archive = uploads.resolve(name);
            DiskStore.Room room = disks.room();
            if (room.free() / COPIES < MIN_BYTES) {
                throw space(room, new IOException("remove disks or images"));
            }
            clear();
            PrivateDirectory.make(work);
            try {
                Message result =
                        importer.run(new Importer.Request(archive, work, image, room.free() / COPIES), progress);
                return taker.take(made(result), result);
            } finally {
                clear();
            }
        });
    }

    /** The image, now owned by cage: the process that parsed a hostile archive is not trusted. */
    private Path made(Message result) throws IOException {
        Path image = work.resolve(ImportProtocol.IMAGE_FILE);
        if (!Files.isRegularFile(image, LinkOption.NOFOLLOW_LINKS)
                || !Integer.valueOf(1).equals(Files.getAttribute(image, "unix:nlink", LinkOption.NOFOLLOW_LINKS))) {
            throw new IOException("the importer left no image");
        }
        // From now on it cannot be opened for writing; processes that had it open are dead.
        libc.chown(work.toString(), 0, 0).orThrow("chown " + work);
        libc.chown(image.toString(), 0, 0).orThrow("chown " + image);
        MessageDigest digest = Sha256.digest();
        AgentStore.digest(image, digest);
        if (!Sha256.hex(digest).equals(AgentStore.digest(result))) {
            throw new IOException("the importer reported another digest than its image has");
        }
        return image;
    }

    private void clear() throws IOException {
        if (Files.isDirectory(work, LinkOption.NOFOLLOW_LINKS)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(work)) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
            Files.delete(work);
        }
    }
}
