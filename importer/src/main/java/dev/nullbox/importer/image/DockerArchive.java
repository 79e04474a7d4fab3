package dev.nullbox.importer.image;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import dev.nullbox.archive.ArchiveException;
import dev.nullbox.archive.ByteNames;
import dev.nullbox.importer.image.ArchiveIndex.Blob;
import dev.nullbox.importer.image.ImageSource.Layer;
import dev.nullbox.protocol.importer.ImportProtocol.SourceKind;
import dev.nullbox.protocol.importer.ImportReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reader of docker save's output: {@code manifest.json} lists for each image its configuration, its names and its
 * layers.
 */
final class DockerArchive {
    private static final int MAX_MANIFEST_BYTES = 4 << 20;

    private DockerArchive() {}

    static ImageSource choose(ArchiveIndex archive, Optional<String> wanted) throws IOException {
        String place = ArchiveIndex.DOCKER_MANIFEST;
        JsonArray images = Document.array(Document.parse(archive.read(place, MAX_MANIFEST_BYTES), place), place);
        List<Document> all = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<Document> named = new ArrayList<>();
        for (JsonElement element : images) {
            Document image = Document.object(element, place + ": [" + all.size() + "]");
            all.add(image);
            List<String> own = image.texts("RepoTags");
            names.addAll(own.isEmpty() ? List.of(image.needed("Config")) : own);
            if (wanted.isPresent() && isNamed(image, own, wanted.get())) {
                named.add(image);
            }
        }
        List<Document> candidates = wanted.isPresent() ? named : all;
        if (wanted.isPresent() && named.isEmpty()) {
            throw ImageName.none(wanted.get(), names);
        }
        if (candidates.isEmpty()) {
            throw Document.malformed(place, "has no image");
        }
        if (candidates.size() > 1) {
            throw ImageName.several(names);
        }
        Document image = candidates.getFirst();
        return image(archive, image, wanted.or(() -> names.stream().findFirst()));
    }

    private static boolean isNamed(Document image, List<String> names, String wanted) throws ArchiveException {
        return image.needed("Config").equals(wanted) || names.stream().anyMatch(name -> ImageName.isSame(wanted, name));
    }

    private static ImageSource image(ArchiveIndex archive, Document image, Optional<String> name) throws IOException {
        String configPath = image.needed("Config");
        List<String> paths = image.texts("Layers");
        if (paths.size() > ImageConfig.MAX_LAYERS) {
            throw new ArchiveException(
                    ImportReason.IMPORT_LIMIT,
                    "the image has " + paths.size() + " layers; " + ImageConfig.MAX_LAYERS + " are taken");
        }
        byte[] bytes = archive.read(ByteNames.ofText(configPath), ImageConfig.MAX_BYTES);
        Digest digest = Digest.sha256(bytes);
        String called = configPath.substring(configPath.lastIndexOf('/') + 1).replaceFirst("\\.json$", "");
        if (Digest.isHex(called) && !called.equals(digest.hex())) {
            throw new ArchiveException(
                    ImportReason.IMPORT_DIGEST,
                    configPath + ": its content has the digest " + digest + "; save the image again");
        }
        ImageConfig config = ImageConfig.parse(bytes, "configuration " + digest, paths.size());
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            Blob blob = archive.blob(ByteNames.ofText(paths.get(i)));
            layers.add(new Layer(
                    "layer " + (i + 1) + " of " + paths.size() + " (" + ByteNames.shown(blob.path()) + ")",
                    blob.spool(),
                    blob.offset(),
                    blob.size(),
                    Optional.empty(),
                    Optional.of(config.layers().get(i))));
        }
        return new ImageSource(SourceKind.DOCKER, name, Optional.of(digest), layers, config.defaults());
    }
}
