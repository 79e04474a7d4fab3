package dev.nullbox.importer;

import dev.nullbox.archive.handmade.TarBuilder;
import dev.nullbox.service.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;

/** Archives of images made by hand: an OCI image layout, and what docker save wrote before version 25. */
public final class ImageBuilder {
    static final String PLATFORM = "\"platform\": {\"os\": \"linux\", \"architecture\": \"amd64\"}";

    private final Map<String, byte[]> blobs = new LinkedHashMap<>();
    private final List<String> index = new ArrayList<>();

    /** A part of an image, as others name it. */
    record Descriptor(String hex, int size) {
        String json(String more) {
            return "{\"digest\": \"sha256:%s\", \"size\": %d%s}".formatted(hex, size, more);
        }
    }

    static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    Descriptor blob(byte[] content) {
        String hex = Sha256.hex(content);
        blobs.put("blobs/sha256/" + hex, content);
        return new Descriptor(hex, content.length);
    }

    Descriptor blob(String text) {
        return blob(text.getBytes(StandardCharsets.UTF_8));
    }

    static String config(String run, List<byte[]> layers) {
        return "{\"os\": \"linux\", \"architecture\": \"amd64\", \"config\": {%s}, \"rootfs\": {\"type\": \"layers\", \"diff_ids\": [%s]}}"
                .formatted(
                        run,
                        layers.stream()
                                .map(layer -> "\"sha256:" + Sha256.hex(layer) + "\"")
                                .collect(Collectors.joining(", ")));
    }

    /** A manifest of these layers, which are compressed by gzip; not yet in the index. */
    Descriptor manifest(String config, List<byte[]> layers) {
        List<Descriptor> stored =
                layers.stream().map(layer -> blob(gzip(layer))).toList();
        return manifest(blob(config), stored);
    }

    Descriptor manifest(Descriptor config, List<Descriptor> layers) {
        return blob("{\"schemaVersion\": 2, \"config\": %s, \"layers\": [%s]}"
                .formatted(
                        config.json(""),
                        layers.stream().map(layer -> layer.json("")).collect(Collectors.joining(", "))));
    }

    ImageBuilder index(Descriptor manifest, String more) {
        index.add(manifest.json(more));
        return this;
    }

    ImageBuilder named(Descriptor manifest, String name) {
        return index(manifest, ", \"annotations\": {\"org.opencontainers.image.ref.name\": \"%s\"}".formatted(name));
    }

    /** One image of these layers. */
    static byte[] oci(byte[]... layers) {
        ImageBuilder builder = new ImageBuilder();
        List<byte[]> all = List.of(layers);
        return builder.index(builder.manifest(config("", all), all), "").layout();
    }

    Map<String, byte[]> blobs() {
        return blobs;
    }

    byte[] layout() {
        TarBuilder tar = new TarBuilder().directory("blobs/").directory("blobs/sha256/");
        blobs.forEach(tar::file);
        return tar.file("index.json", "{\"schemaVersion\": 2, \"manifests\": [" + String.join(", ", index) + "]}")
                .file("oci-layout", "{\"imageLayoutVersion\": \"1.0.0\"}")
                .end();
    }

    /** One image as docker save wrote it: its layers in directories of their own. */
    static byte[] docker(String run, String tag, byte[]... layers) {
        String config = config(run, List.of(layers));
        String hex = Sha256.hex(config.getBytes(StandardCharsets.UTF_8));
        TarBuilder tar = new TarBuilder();
        for (int i = 0; i < layers.length; i++) {
            tar.directory(id(i) + "/")
                    .file(id(i) + "/VERSION", "1.0")
                    .file(id(i) + "/json", "{}")
                    .file(id(i) + "/layer.tar", layers[i]);
        }
        return tar.file(hex + ".json", config)
                .file(
                        "manifest.json",
                        "[{\"Config\": \"%s.json\", \"RepoTags\": [\"%s\"], \"Layers\": [%s]}]"
                                .formatted(
                                        hex,
                                        tag,
                                        IntStream.range(0, layers.length)
                                                .mapToObj(i -> "\"" + id(i) + "/layer.tar\"")
                                                .collect(Collectors.joining(", "))))
                .file("repositories", "{}")
                .end();
    }

    private static String id(int number) {
        return "%064x".formatted(number + 1);
    }
}
