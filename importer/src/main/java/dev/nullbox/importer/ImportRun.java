package dev.nullbox.importer;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.archive.ByteNames;
import dev.nullbox.archive.tar.TarEntry;
import dev.nullbox.archive.tar.TarReader;
import dev.nullbox.archive.tar.TarWriter;
import dev.nullbox.importer.image.Digest;
import dev.nullbox.importer.image.ImageSource;
import dev.nullbox.importer.image.ImageSource.Layer;
import dev.nullbox.importer.image.SourceDetector;
import dev.nullbox.importer.input.Compression;
import dev.nullbox.importer.input.Meter;
import dev.nullbox.importer.input.MeteredStream;
import dev.nullbox.importer.input.Spool;
import dev.nullbox.importer.tree.MergedTree;
import dev.nullbox.importer.tree.Plan;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.importer.ImportProtocol;
import dev.nullbox.protocol.importer.ImportProtocol.SourceKind;
import dev.nullbox.protocol.importer.ImportReason;
import dev.nullbox.service.Sha256;
import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Import of one archive: reads it twice, and writes the merged tree to mkfs.erofs. */
final class ImportRun {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Message request;
    private final Progress progress;
    private final Path image;
    private final Supplier<Meter> meters;

    /** @param request with paths as this process sees them */
    ImportRun(Message request, Progress progress) {
        this.request = request;
        this.progress = progress;
        this.image = Path.of(request.get(ImportProtocol.WORK), ImportProtocol.IMAGE_FILE);
        this.meters =
                () -> new Meter(request.get(ImportProtocol.LIMIT_BYTES), request.get(ImportProtocol.LIMIT_ENTRIES));
    }

    /** Path of the future image. */
    Path image() {
        return image;
    }

    /**
     * The fields of {@link ImportProtocol#RESULT}.
     *
     * @param mkfs just started
     * @throws ArchiveException when the import fails; the image is removed then
     */
    Message run(MkfsErofs mkfs) throws IOException {
        boolean isMade = false;
        try {
            Message result = make(mkfs);
            isMade = true;
            return result;
        } finally {
            mkfs.close();
            if (!isMade) {
                Files.deleteIfExists(image);
            }
        }
    }

    private Message make(MkfsErofs mkfs) throws IOException {
        Path work = Path.of(request.get(ImportProtocol.WORK));
        try (Spool spool = Spool.open(Path.of(request.get(ImportProtocol.SOURCE)), progress::read);
                SourceDetector detector = new SourceDetector(spool, work, progress::read)) {
            progress.expect(spool.size());
            ImageSource source = detector.detect(request.find(ImportProtocol.IMAGE), meters);
            long size = source.layers().stream().mapToLong(Layer::size).sum();
            progress.expect(progress.readSoFar() + 2 * size);
            MergedTree tree = new MergedTree(source.kind() != SourceKind.ROOT);
            List<String> contents = learn(source, tree);
            Plan plan = tree.plan();
            write(source, plan, mkfs);
            mkfs.finish(request.getInt(ImportProtocol.LIMIT_SECONDS));
            progress.finish();
            return result(source, contents, plan);
        }
    }

    /** Reads and checks all layers completely, and merges them; returns the digests of their tar archives. */
    private List<String> learn(ImageSource source, MergedTree tree) throws IOException {
        Meter meter = meters.get();
        List<String> contents = new ArrayList<>();
        for (Layer layer : source.layers()) {
            tree.beginLayer();
            try {
                contents.add(learn(layer, tree, meter).toString());
            } catch (ArchiveException e) {
                throw e.in(layer.title());
            }
        }
        return contents;
    }

    private static Digest learn(Layer layer, MergedTree tree, Meter meter) throws IOException {
        MessageDigest stored = layer.stored().map(Digest::start).orElseGet(Sha256::digest);
        MessageDigest content = layer.content().map(Digest::start).orElseGet(Sha256::digest);
        try (InputStream raw =
                        layer.stored().isPresent() ? new DigestInputStream(layer.stream(), stored) : layer.stream();
                InputStream decompressed = Compression.decompress(raw).stream()) {
            MeteredStream metered = new MeteredStream(decompressed, content, layer.size(), meter);
            TarReader tar = new TarReader(new BufferedInputStream(metered, BUFFER_BYTES));
            Optional<TarEntry> entry = tar.next();
            for (int index = 0; entry.isPresent(); index++) {
                meter.entry(entry.get().size(), entry.get().metadataBytes());
                tree.add(entry.get(), index);
                entry = tar.next();
            }
            metered.drain();
            raw.transferTo(OutputStream.nullOutputStream());
        }
        same(layer.stored(), stored, "its content has");
        Digest found = Digest.of(layer.content().map(Digest::algorithm).orElse(Digest.SHA256), content.digest());
        if (layer.content().isPresent() && !layer.content().get().equals(found)) {
            throw new ArchiveException(
                    ImportReason.IMPORT_DIGEST,
                    "as a tar archive it has the digest " + found + ", and the image's configuration says "
                            + layer.content().get() + "; copy the image again");
        }
        return found;
    }

    private static void same(Optional<Digest> wanted, MessageDigest digest, String what) throws ArchiveException {
        if (wanted.isPresent()) {
            Digest found = Digest.of(wanted.get().algorithm(), digest.digest());
            if (!found.equals(wanted.get())) {
                throw new ArchiveException(
                        ImportReason.IMPORT_DIGEST, what + " the digest " + found + "; copy the image again");
            }
        }
    }

    private static void write(ImageSource source, Plan plan, MkfsErofs mkfs) throws IOException {
        try {
            TarWriter out = new TarWriter(mkfs.input());
            plan.writeHead(out);
            for (int i = 0; i < source.layers().size(); i++) {
                if (plan.hasFiles(i)) {
                    write(source.layers().get(i), plan.files(i), out, mkfs);
                }
            }
            plan.writeTail(out);
            out.finish();
        } catch (ArchiveException e) {
            throw e;
        } catch (IOException e) {
            throw mkfs.brokenOff();
        }
    }

    private static void write(Layer layer, Iterable<Plan.PlannedFile> files, TarWriter out, MkfsErofs mkfs)
            throws IOException {
        try (InputStream raw = layer.stream();
                InputStream decompressed = Compression.decompress(raw).stream()) {
            TarReader tar = new TarReader(new BufferedInputStream(decompressed, BUFFER_BYTES));
            int next = 0;
            for (Plan.PlannedFile file : files) {
                Optional<TarEntry> entry = tar.next();
                for (next++; next <= file.index(); next++) {
                    entry = tar.next();
                }
                if (entry.isEmpty() || entry.get().size() != file.entry().size()) {
                    throw new ArchiveException(
                            ImportReason.IMPORT_FAILED,
                            layer.title() + ": " + ByteNames.shown(file.entry().path())
                                    + " is not the same when it is read again");
                }
                out.begin(file.entry());
                tar.copyTo(mkfs.input());
            }
        }
    }

    private Message result(ImageSource source, List<String> contents, Plan plan) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (InputStream in = new FileInputStream(image.toFile())) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return Message.of(
                        ImportProtocol.KIND.is(source.kind()),
                        ImportProtocol.DIGEST.is(
                                source.digest().map(Digest::toString).orElseGet(contents::getFirst)),
                        ImportProtocol.LAYERS.is(contents),
                        ImportProtocol.IMAGE_DIGEST.is(Digest.SHA256 + ":" + Sha256.hex(digest)),
                        ImportProtocol.IMAGE_BYTES.is(Files.size(image)),
                        ImportProtocol.DEFAULTS.is(source.defaults()),
                        ImportProtocol.FILES.is(plan.fileCount()),
                        ImportProtocol.DIRECTORIES.is(plan.directories()),
                        ImportProtocol.SYMLINKS.is(plan.symlinks()),
                        ImportProtocol.HARD_LINKS.is(plan.hardLinks()),
                        ImportProtocol.FIFOS.is(plan.fifos()),
                        ImportProtocol.FILE_BYTES.is(plan.fileBytes()),
                        ImportProtocol.LEFT_OUT.is(plan.leftOutCount()),
                        ImportProtocol.LEFT_OUT_PATHS.is(plan.leftOut()),
                        ImportProtocol.LEFT_OUT_XATTRS.is(plan.leftOutXattrs()))
                .and(ImportProtocol.NAME, source.name());
    }
}
