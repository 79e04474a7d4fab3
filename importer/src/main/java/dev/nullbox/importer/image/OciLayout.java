package dev.nullbox.importer.image;

import com.google.gson.JsonElement;
import dev.nullbox.archive.ArchiveException;
import dev.nullbox.importer.image.ArchiveIndex.Blob;
import dev.nullbox.importer.image.ImageSource.Layer;
import dev.nullbox.protocol.importer.ImportProtocol.SourceKind;
import dev.nullbox.protocol.importer.ImportReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reader of an OCI image layout: {@code oci-layout}, {@code index.json}, and everything else by its digest in {@code
 * blobs/}.
 */
final class OciLayout {
    private static final int MAX_INDEX_BYTES = 4 << 20;
    private static final int MAX_NESTING = 4;
    private static final List<String> NAMES = List.of("org.opencontainers.image.ref.name", "io.containerd.image.name");
    private static final String ATTESTATION = "vnd.docker.reference.type";
    private static final String MANIFESTS = "manifests";

    private final ArchiveIndex archive;

    private OciLayout(ArchiveIndex archive) {
        this.archive = archive;
    }

    /** @param wanted a name, or a digest */
    static ImageSource choose(ArchiveIndex archive, Optional<String> wanted) throws IOException {
        return new OciLayout(archive).choose(wanted);
    }

    private ImageSource choose(Optional<String> wanted) throws IOException {
        Document layout = document(archive.read(ArchiveIndex.LAYOUT, MAX_INDEX_BYTES), ArchiveIndex.LAYOUT);
        String version = layout.text("imageLayoutVersion").orElse("");
        if (!version.startsWith("1.")) {
            throw Document.malformed(
                    ArchiveIndex.LAYOUT, "imageLayoutVersion is \"" + version + "\"; 1.0.0 would be right");
        }
        Document index = document(archive.read(ArchiveIndex.OCI_INDEX, MAX_INDEX_BYTES), ArchiveIndex.OCI_INDEX);
        List<Document> all = images(index);
        List<String> names = new ArrayList<>();
        for (Document descriptor : all) {
            List<String> own = names(descriptor);
            names.addAll(own.isEmpty() ? List.of(descriptor.needed("digest")) : own);
        }
        Document chosen;
        if (wanted.isPresent()) {
            List<Document> named = new ArrayList<>();
            for (Document descriptor : all) {
                if (isNamed(descriptor, wanted.get())) {
                    named.add(descriptor);
                }
            }
            if (named.isEmpty()) {
                throw ImageName.none(wanted.get(), names);
            }
            chosen = single(named, names);
        } else if (all.isEmpty()) {
            throw Document.malformed(ArchiveIndex.OCI_INDEX, "has no image");
        } else {
            chosen = single(all, names);
        }
        List<String> own = names(chosen);
        return image(chosen, wanted.isPresent() ? wanted : own.stream().findFirst(), MAX_NESTING);
    }

    private static boolean isNamed(Document descriptor, String wanted) throws ArchiveException {
        return descriptor.needed("digest").equals(wanted)
                || names(descriptor).stream().anyMatch(name -> ImageName.isSame(wanted, name));
    }

    private static List<String> names(Document descriptor) throws ArchiveException {
        List<String> names = new ArrayList<>();
        Optional<Document> annotations = descriptor.child("annotations");
        if (annotations.isPresent()) {
            for (String name : NAMES) {
                annotations.get().text(name).ifPresent(names::add);
            }
        }
        return names;
    }

    /** The images of an index, without attestations. */
    private static List<Document> images(Document index) throws ArchiveException {
        List<Document> images = new ArrayList<>();
        for (Document descriptor : index.children(MANIFESTS)) {
            Optional<Document> annotations = descriptor.child("annotations");
            boolean isAttestation = annotations.isPresent() && annotations.get().has(ATTESTATION);
            if (!isAttestation && !platform(descriptor).equals("unknown/unknown")) {
                images.add(descriptor);
            }
        }
        return images;
    }

    /** The platform as os/architecture; empty when it is not stated. */
    private static String platform(Document descriptor) throws ArchiveException {
        Optional<Document> platform = descriptor.child("platform");
        return platform.isPresent()
                ? platform.get().text("os").orElse("") + "/"
                        + platform.get().text("architecture").orElse("")
                : "";
    }

    private static boolean isOurs(Document descriptor) throws ArchiveException {
        Optional<Document> platform = descriptor.child("platform");
        return platform.isEmpty()
                || ImageConfig.isOurs(
                        platform.get().text("os").orElse(""),
                        platform.get().text("architecture").orElse(""));
    }

    /**
     * The one requested image: several descriptors of one digest count as one, and those of other platforms do not
     * count.
     */
    private static Document single(List<Document> candidates, List<String> names) throws ArchiveException {
        Map<String, Document> ours = new TreeMap<>();
        List<String> platforms = new ArrayList<>();
        for (Document candidate : candidates) {
            if (isOurs(candidate)) {
                ours.putIfAbsent(candidate.needed("digest"), candidate);
            } else {
                platforms.add(platform(candidate));
            }
        }
        if (ours.isEmpty()) {
            throw ImageConfig.otherPlatform("the image is for " + ImageName.listed(platforms));
        }
        if (ours.size() == 1) {
            return ours.values().iterator().next();
        }
        List<Document> plain = new ArrayList<>();
        for (Document candidate : ours.values()) {
            Optional<Document> platform = candidate.child("platform");
            if (platform.isPresent()
                    && platform.get().text("variant").orElse("").isEmpty()) {
                plain.add(candidate);
            }
        }
        // Among the levels of amd64, an image without one runs everywhere.
        if (plain.size() == 1) {
            return plain.getFirst();
        }
        throw ImageName.several(names);
    }

    private ImageSource image(Document descriptor, Optional<String> name, int nesting) throws IOException {
        Digest digest = Digest.parse(descriptor.needed("digest"), descriptor.place());
        Document document = document(checked(descriptor, digest, MAX_INDEX_BYTES), digest.toString());
        if (document.has(MANIFESTS)) {
            if (nesting == 0) {
                throw Document.malformed(digest.toString(), "is an index within more than " + MAX_NESTING + " others");
            }
            List<Document> images = images(document);
            if (images.isEmpty()) {
                throw Document.malformed(digest.toString(), "is an index without an image");
            }
            List<String> digests = new ArrayList<>();
            for (Document image : images) {
                digests.add(image.needed("digest"));
            }
            return image(single(images, digests), name, nesting - 1);
        }
        return manifest(document, digest, name);
    }

    private ImageSource manifest(Document manifest, Digest digest, Optional<String> name) throws IOException {
        Document config = manifest.child("config")
                .orElseThrow(() -> Document.malformed(
                        manifest.place(), "is no image manifest of OCI, or of docker's schema 2: it has no config"));
        List<Document> descriptors = manifest.children("layers");
        if (descriptors.size() > ImageConfig.MAX_LAYERS) {
            throw new ArchiveException(
                    ImportReason.IMPORT_LIMIT,
                    "the image has " + descriptors.size() + " layers; " + ImageConfig.MAX_LAYERS + " are taken");
        }
        Digest configDigest = Digest.parse(config.needed("digest"), config.place());
        ImageConfig parsed = ImageConfig.parse(
                checked(config, configDigest, ImageConfig.MAX_BYTES),
                "configuration " + configDigest,
                descriptors.size());
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < descriptors.size(); i++) {
            layers.add(layer(descriptors.get(i), i, parsed));
        }
        return new ImageSource(SourceKind.OCI, name, Optional.of(digest), layers, parsed.defaults());
    }

    private Layer layer(Document descriptor, int number, ImageConfig config) throws ArchiveException {
        Digest digest = Digest.parse(descriptor.needed("digest"), descriptor.place());
        if (descriptor.text("mediaType").orElse("").contains("encrypted")) {
            throw Document.malformed(descriptor.place(), "is encrypted; decrypt the image first (skopeo copy)");
        }
        Blob blob = archive.blob(path(digest));
        sized(descriptor, digest, blob.size());
        String title = "layer " + (number + 1) + " of " + config.layers().size() + " (" + digest + ")";
        return new Layer(
                title,
                blob.spool(),
                blob.offset(),
                blob.size(),
                Optional.of(digest),
                Optional.of(config.layers().get(number)));
    }

    private byte[] checked(Document descriptor, Digest digest, int most) throws IOException {
        byte[] bytes = archive.read(path(digest), most);
        sized(descriptor, digest, bytes.length);
        Digest found = Digest.of(digest.algorithm(), digest.start().digest(bytes));
        if (!found.equals(digest)) {
            throw new ArchiveException(
                    ImportReason.IMPORT_DIGEST,
                    digest + ": its content has the digest " + found + "; copy the image again");
        }
        return bytes;
    }

    private static void sized(Document descriptor, Digest digest, long size) throws ArchiveException {
        if (descriptor.size() != size) {
            throw new ArchiveException(
                    ImportReason.IMPORT_DIGEST,
                    digest + ": has " + size + " bytes, and " + descriptor.place() + " says " + descriptor.size()
                            + "; copy the image again");
        }
    }

    private static String path(Digest digest) {
        return "blobs/" + digest.algorithm() + "/" + digest.hex();
    }

    private static Document document(byte[] utf8, String place) throws ArchiveException {
        JsonElement element = Document.parse(utf8, place);
        return Document.object(element, place);
    }
}
