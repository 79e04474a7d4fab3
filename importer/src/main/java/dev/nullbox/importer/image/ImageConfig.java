package dev.nullbox.importer.image;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.importer.ImportProtocol;
import dev.nullbox.protocol.importer.ImportReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Configuration of an image: its platform, its layers' digests, and its defaults for a run. Source: OCI image
 * specification, "Image Configuration".
 *
 * @param layers digests of the decompressed layers, from the bottom
 * @param defaults the fields of {@link ImportProtocol#DEFAULTS}
 */
record ImageConfig(List<Digest> layers, Message defaults) {
    static final int MAX_BYTES = 4 << 20;
    static final int MAX_LAYERS = 128;
    private static final String OS = "linux";
    private static final String ARCHITECTURE = "amd64";

    ImageConfig {
        layers = List.copyOf(layers);
    }

    /** @param count number of layers that the image lists */
    static ImageConfig parse(byte[] utf8, String place, int count) throws ArchiveException {
        Document config = Document.object(Document.parse(utf8, place), place);
        String os = config.text("os").orElse("");
        String architecture = config.text("architecture").orElse("");
        if (!isOurs(os, architecture)) {
            throw otherPlatform(place + ": the image is for " + os + "/" + architecture);
        }
        List<Digest> layers = new ArrayList<>();
        Optional<Document> root = config.child("rootfs");
        if (root.isPresent()) {
            for (String digest : root.get().texts("diff_ids")) {
                layers.add(Digest.parse(digest, place + ": rootfs: diff_ids[" + layers.size() + "]"));
            }
        }
        if (layers.size() != count) {
            throw Document.malformed(
                    place,
                    "rootfs: diff_ids has " + layers.size() + " digests, and the image has " + count + " layers");
        }
        Optional<Document> run = config.child("config");
        return new ImageConfig(layers, run.isPresent() ? defaults(run.get()) : Message.of());
    }

    /** Tells whether the platform is the appliance's; an image without one is accepted. */
    static boolean isOurs(String os, String architecture) {
        return (os.isEmpty() || os.equals(OS)) && (architecture.isEmpty() || architecture.equals(ARCHITECTURE));
    }

    static ArchiveException otherPlatform(String what) {
        return new ArchiveException(
                ImportReason.IMPORT_PLATFORM, what + ", not for " + OS + "/" + ARCHITECTURE + "; take the one that is");
    }

    private static Message defaults(Document run) throws ArchiveException {
        Message defaults = Message.of();
        defaults = and(defaults, ImportProtocol.ENTRYPOINT, run.texts("Entrypoint"));
        defaults = and(defaults, ImportProtocol.COMMAND, run.texts("Cmd"));
        defaults = and(defaults, ImportProtocol.ENV, run.texts("Env"));
        defaults = and(defaults, ImportProtocol.USER, run.text("User"));
        defaults = and(defaults, ImportProtocol.WORKDIR, run.text("WorkingDir"));
        defaults = and(defaults, ImportProtocol.PORTS, keys(run, "ExposedPorts"));
        defaults = and(defaults, ImportProtocol.STOP_SIGNAL, run.text("StopSignal"));
        return and(defaults, ImportProtocol.VOLUMES, keys(run, "Volumes"));
    }

    private static Message and(Message defaults, Field<List<String>> field, List<String> words) {
        return words.isEmpty() ? defaults : defaults.and(field.is(words));
    }

    private static Message and(Message defaults, Field<String> field, Optional<String> text) {
        return defaults.and(field, text.filter(word -> !word.isEmpty()));
    }

    private static List<String> keys(Document run, String member) throws ArchiveException {
        Optional<Document> set = run.child(member);
        return set.isPresent() ? set.get().json().keySet().stream().sorted().toList() : List.of();
    }
}
