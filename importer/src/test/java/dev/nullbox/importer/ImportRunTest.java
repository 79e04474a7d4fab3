package dev.nullbox.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.archive.handmade.TarBuilder;
import dev.nullbox.importer.Imports.Imported;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.importer.ImportProtocol;
import dev.nullbox.protocol.importer.ImportProtocol.SourceKind;
import dev.nullbox.protocol.importer.ImportReason;
import dev.nullbox.service.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole imports of archives made by hand, by the real mkfs.erofs; the images are read back by fsck.erofs. */
class ImportRunTest {
    private static final byte[] BASE = new TarBuilder()
            .directory("./")
            .directory("etc/")
            .file("etc/motd", "below")
            .file("etc/keep", "kept")
            .directory("opt/")
            .file("opt/a", "a")
            .file("opt/b", "b")
            .end();
    private static final byte[] UPPER = new TarBuilder()
            .file("etc/motd", "above")
            .file("etc/.wh.keep", "")
            .file("opt/.wh..wh..opq", "")
            .file("opt/c", "c")
            .end();

    @TempDir
    Path directory;

    private Imports imports = new Imports(Path.of(""));

    @BeforeEach
    void start() {
        imports = new Imports(directory);
    }

    /** Files by their paths: the content, or the target after an arrow. */
    private Map<String, String> files(Imported imported) throws IOException, InterruptedException {
        Path into = Files.createTempDirectory(directory, "out").resolve("root");
        ErofsTools.Outcome outcome = ErofsTools.extract(imported.image(), into);
        assertThat(outcome.code()).as(outcome.output()).isZero();
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(into)) {
            for (Path path : all.toList()) {
                String name = into.relativize(path).toString();
                if (Files.isSymbolicLink(path)) {
                    files.put(name, "-> " + Files.readSymbolicLink(path));
                } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    files.put(name, Files.readString(path));
                }
            }
        }
        return files;
    }

    private ArchiveException refused(byte[] archive) {
        try {
            imports.of(archive);
        } catch (ArchiveException e) {
            return e;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("the archive was imported");
    }

    private void refused(byte[] archive, ImportReason reason, String... words) {
        ArchiveException e = refused(archive);
        assertThat(e.text()).contains(List.of(words)).doesNotContain("\n");
        assertThat(e.reason()).as(e.text()).isEqualTo(reason);
    }

    @Test
    void layersAreMergedFromTheBottom() throws Exception {
        Imported imported = imports.of(ImageBuilder.oci(BASE, UPPER));
        assertThat(files(imported)).isEqualTo(Map.of("etc/motd", "above", "opt/c", "c"));
        Message result = imported.result();
        assertThat(result.get(ImportProtocol.KIND)).isEqualTo(SourceKind.OCI);
        assertThat(result.get(ImportProtocol.LAYERS))
                .containsExactly("sha256:" + Sha256.hex(BASE), "sha256:" + Sha256.hex(UPPER));
        assertThat(result.get(ImportProtocol.IMAGE_DIGEST))
                .isEqualTo("sha256:" + Sha256.hex(Files.readAllBytes(imported.image())));
        assertThat(result.get(ImportProtocol.FILES)).isEqualTo(2);
        assertThat(result.get(ImportProtocol.DIRECTORIES)).isEqualTo(3);
    }

    @Test
    void rootsAndDockersArchivesGiveTheSameFiles() throws Exception {
        Imported root = imports.of(BASE);
        Imported gzip = imports.of(ImageBuilder.gzip(BASE));
        Imported docker = imports.of(ImageBuilder.docker("\"Cmd\": [\"run\"]", "agent:1", BASE));
        Imported compressed = imports.of(ImageBuilder.gzip(ImageBuilder.docker("", "agent:1", BASE)));
        assertThat(root.result().get(ImportProtocol.KIND)).isEqualTo(SourceKind.ROOT);
        assertThat(root.result().get(ImportProtocol.DIGEST)).isEqualTo("sha256:" + Sha256.hex(BASE));
        assertThat(docker.result().get(ImportProtocol.KIND)).isEqualTo(SourceKind.DOCKER);
        assertThat(docker.result().get(ImportProtocol.NAME)).isEqualTo("agent:1");
        assertThat(docker.result().get(ImportProtocol.DEFAULTS).get(ImportProtocol.COMMAND))
                .containsExactly("run");
        for (Imported same : List.of(gzip, docker, compressed)) {
            assertThat(same.result().get(ImportProtocol.IMAGE_DIGEST))
                    .isEqualTo(root.result().get(ImportProtocol.IMAGE_DIGEST));
        }
        assertThat(files(root)).hasSize(4).containsEntry("opt/b", "b");
    }

    @Test
    void configurationBecomesDefaults() throws Exception {
        ImageBuilder builder = new ImageBuilder();
        String run = "\"Entrypoint\": [\"/bin/agent\"], \"Cmd\": [\"--serve\"], \"Env\": [\"PATH=/bin\", \"A=b=c\"],"
                + " \"User\": \"node:node\", \"WorkingDir\": \"/work\", \"ExposedPorts\": {\"80/tcp\": {}, \"53/udp\": {}},"
                + " \"StopSignal\": \"SIGINT\", \"Volumes\": {\"/data\": {}}, \"Labels\": null";
        byte[] archive = builder.index(builder.manifest(ImageBuilder.config(run, List.of(BASE)), List.of(BASE)), "")
                .layout();
        assertThat(imports.of(archive).result().get(ImportProtocol.DEFAULTS))
                .isEqualTo(Message.of(
                        ImportProtocol.ENTRYPOINT.is(List.of("/bin/agent")),
                        ImportProtocol.COMMAND.is(List.of("--serve")),
                        ImportProtocol.ENV.is(List.of("PATH=/bin", "A=b=c")),
                        ImportProtocol.USER.is("node:node"),
                        ImportProtocol.WORKDIR.is("/work"),
                        ImportProtocol.PORTS.is(List.of("53/udp", "80/tcp")),
                        ImportProtocol.STOP_SIGNAL.is("SIGINT"),
                        ImportProtocol.VOLUMES.is(List.of("/data"))));
    }

    @Test
    void oneOfSeveralImagesMustBeNamed() throws Exception {
        ImageBuilder builder = new ImageBuilder();
        byte[] archive = builder.named(builder.manifest(ImageBuilder.config("", List.of(BASE)), List.of(BASE)), "one")
                .named(
                        builder.manifest(ImageBuilder.config("", List.of(BASE, UPPER)), List.of(BASE, UPPER)),
                        "example.org/two:2")
                .layout();
        refused(archive, ImportReason.IMPORT_CHOICE, "name one of them: one, example.org/two:2");
        imports.with(Message.of(ImportProtocol.IMAGE.is("three")));
        refused(archive, ImportReason.IMPORT_CHOICE, "no image of the archive is named three; it has one, example");
        imports.with(Message.of(ImportProtocol.IMAGE.is("example.org/two:2")));
        assertThat(files(imports.of(archive))).containsEntry("etc/motd", "above");
        imports.with(Message.of(ImportProtocol.IMAGE.is("docker.io/library/one:latest")));
        assertThat(files(imports.of(archive))).containsEntry("etc/motd", "below");
        refused(BASE, ImportReason.IMPORT_CHOICE, "the files of a root", "leave the name out");
    }

    @Test
    void amd64IsTakenOfSeveralPlatforms() throws Exception {
        ImageBuilder builder = new ImageBuilder();
        ImageBuilder.Descriptor ours = builder.manifest(ImageBuilder.config("", List.of(BASE)), List.of(BASE));
        ImageBuilder.Descriptor other =
                builder.manifest(ImageBuilder.config("", List.of(UPPER)).replace("amd64", "arm64"), List.of(UPPER));
        ImageBuilder.Descriptor attestation = builder.blob("{}");
        ImageBuilder.Descriptor nested = builder.blob("{\"manifests\": [%s, %s, %s]}"
                .formatted(
                        other.json(", \"platform\": {\"os\": \"linux\", \"architecture\": \"arm64\"}"),
                        attestation.json(", \"platform\": {\"os\": \"unknown\", \"architecture\": \"unknown\"}"),
                        ours.json(", " + ImageBuilder.PLATFORM)));
        assertThat(files(imports.of(builder.index(nested, "").layout()))).containsEntry("etc/keep", "kept");
        ImageBuilder arm = new ImageBuilder();
        refused(
                arm.index(
                                arm.manifest(
                                        ImageBuilder.config("", List.of(UPPER)).replace("amd64", "arm64"),
                                        List.of(UPPER)),
                                "")
                        .layout(),
                ImportReason.IMPORT_PLATFORM,
                "linux/arm64, not for linux/amd64");
    }

    @Test
    void changedPartsAreRefused() {
        ImageBuilder builder = new ImageBuilder();
        ImageBuilder.Descriptor manifest = builder.manifest(ImageBuilder.config("", List.of(BASE)), List.of(BASE));
        String layer = builder.blobs().keySet().iterator().next();
        byte[] good = builder.index(manifest, "").layout();

        builder.blobs().put(layer, ImageBuilder.gzip(UPPER));
        refused(builder.layout(), ImportReason.IMPORT_DIGEST, "has", "bytes, and", "layers[0]");
        byte[] sameSize = ImageBuilder.gzip(BASE);
        sameSize[4] ^= 1; // the time in gzip's header
        builder.blobs().put(layer, sameSize);
        refused(builder.layout(), ImportReason.IMPORT_DIGEST, "layer 1 of 1 (sha256:", "its content has the digest");
        builder.blobs().remove(layer);
        refused(builder.layout(), ImportReason.IMPORT_FORMAT, layer, "is not in the archive");
        assertThat(good).isNotEmpty();
    }

    @Test
    void layersThatAreNotTheConfigurationsAreRefused() {
        ImageBuilder builder = new ImageBuilder();
        refused(
                builder.index(builder.manifest(ImageBuilder.config("", List.of(UPPER)), List.of(BASE)), "")
                        .layout(),
                ImportReason.IMPORT_DIGEST,
                "layer 1 of 1",
                "as a tar archive it has the digest sha256:" + Sha256.hex(BASE),
                Sha256.hex(UPPER));
        ImageBuilder fewer = new ImageBuilder();
        refused(
                fewer.index(fewer.manifest(ImageBuilder.config("", List.of()), List.of(BASE)), "")
                        .layout(),
                ImportReason.IMPORT_FORMAT,
                "diff_ids has 0 digests, and the image has 1 layers");
        byte[] docker = ImageBuilder.docker("", "a", BASE);
        String swapped =
                new String(docker, StandardCharsets.ISO_8859_1).replace("\"os\": \"linux\"", "\"os\": \"Linux\"");
        refused(
                swapped.getBytes(StandardCharsets.ISO_8859_1),
                ImportReason.IMPORT_DIGEST,
                ".json: its content has the digest");
    }

    @Test
    void cutArchivesAreRefused() {
        byte[] whole = ImageBuilder.oci(BASE, UPPER);
        byte[] gzip = ImageBuilder.gzip(BASE);
        for (byte[] archive : List.of(
                java.util.Arrays.copyOf(whole, whole.length - 1025),
                java.util.Arrays.copyOf(BASE, BASE.length - 1024),
                java.util.Arrays.copyOf(BASE, 700),
                java.util.Arrays.copyOf(gzip, gzip.length - 9),
                java.util.Arrays.copyOf(gzip, gzip.length - 2))) {
            refused(archive, ImportReason.IMPORT_CUT, "send it again");
        }
        refused(new byte[0], ImportReason.IMPORT_CUT, "no end mark");
        byte[] damaged = gzip.clone();
        damaged[gzip.length / 2] ^= 0x10;
        assertThat(refused(damaged).reason()).isIn(ImportReason.IMPORT_CUT, ImportReason.IMPORT_FORMAT);
    }

    @Test
    void otherFileThanAnArchiveIsRefused() {
        refused(
                "#!/bin/sh\n".repeat(200).getBytes(StandardCharsets.UTF_8),
                ImportReason.IMPORT_FORMAT,
                "no tar archive");
        refused(new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0, 0, 0}, ImportReason.IMPORT_FORMAT, "by xz", "xz -d");
    }

    @Test
    void limitsHold() {
        byte[] zeros = new TarBuilder().file("zeros", new byte[1 << 20]).end();
        imports.with(Message.of(ImportProtocol.LIMIT_BYTES.is(1L << 20)));
        refused(zeros, ImportReason.IMPORT_LIMIT, "the limit max_bytes");
        refused(ImageBuilder.gzip(zeros), ImportReason.IMPORT_LIMIT, "the limit max_bytes");
        refused(ImageBuilder.oci(zeros), ImportReason.IMPORT_LIMIT, "layer 1 of 1", "the limit max_bytes");
        imports.with(Message.of(ImportProtocol.LIMIT_ENTRIES.is(3L)));
        refused(BASE, ImportReason.IMPORT_LIMIT, "more than 3 entries");
        imports.with(Message.of());
        byte[] sparse = new TarBuilder()
                .pax(Map.of("GNU.sparse.size", "9223372036854775807".substring(1), "GNU.sparse.map", "0,0"))
                .file("huge", "")
                .end();
        refused(sparse, ImportReason.IMPORT_LIMIT, "the limit max_bytes");
        byte[][] layers =
                IntStream.range(0, 129).mapToObj(i -> new TarBuilder().end()).toArray(byte[][]::new);
        refused(ImageBuilder.oci(layers), ImportReason.IMPORT_LIMIT, "has 129 layers; 128 are taken");
        ImageBuilder builder = new ImageBuilder();
        String config = ImageBuilder.config("\"Labels\": {\"a\": \"" + "x".repeat(5 << 20) + "\"}", List.of(BASE));
        refused(
                builder.index(builder.manifest(config, List.of(BASE)), "").layout(),
                ImportReason.IMPORT_LIMIT,
                "at most 4194304 are read");
    }

    @Test
    void deviceNodesAreLeftOutAndSaid() throws Exception {
        byte[] lower =
                new TarBuilder().file("dev/null", "a file").file("tmp/x", "x").end();
        byte[] upper = new TarBuilder()
                .device("dev/null")
                .link("dev/zero", "dev/null")
                .fifo("run/pipe")
                .end();
        Imported imported = imports.of(ImageBuilder.oci(lower, upper));
        assertThat(files(imported)).isEqualTo(Map.of("tmp/x", "x"));
        assertThat(imported.result().get(ImportProtocol.LEFT_OUT)).isEqualTo(2);
        assertThat(imported.result().get(ImportProtocol.LEFT_OUT_PATHS)).containsExactly("dev/null", "dev/zero");
        assertThat(imported.result().get(ImportProtocol.FIFOS)).isEqualTo(1);
    }

    @Test
    void hardLinksOutliveTheirFirstNames() throws Exception {
        byte[] lower = new TarBuilder()
                .file("a", "old")
                .link("b", "a")
                .link("d/c", "b")
                .symlink("s", "b")
                .end();
        byte[] upper = new TarBuilder()
                .file("a", "new")
                .file(".wh.b", "")
                .link("e", "d/c")
                .link("t", "s")
                .end();
        Imported imported = imports.of(ImageBuilder.oci(lower, upper));
        assertThat(files(imported)).isEqualTo(Map.of("a", "new", "d/c", "old", "e", "old", "s", "-> b", "t", "-> b"));
        assertThat(imported.result().get(ImportProtocol.HARD_LINKS)).isEqualTo(2);
        assertThat(ErofsTools.dump(imported.image(), "/e")).contains("Links: 2");
    }

    @Test
    void manyFilesOfOddNamesComeThrough() throws Exception {
        TarBuilder tar = new TarBuilder();
        String longName = "n".repeat(255);
        String deep = IntStream.range(0, 15).mapToObj(i -> longName).collect(Collectors.joining("/"));
        tar.pax(new TreeMap<>(Map.of("path", deep))).file("x", "deep");
        tar.pax(Map.of("path", "line\nfeed")).file("x", "feed");
        tar.pax(Map.of("path", "p".repeat(100))).file("x", "hundred");
        tar.file("quo\"te\\", "quote");
        tar.pax(Map.of("SCHILY.xattr.user.big", "\u00ff".repeat(3000))).file("attributes", "big");
        for (int i = 0; i < 2000; i++) {
            tar.file("many/" + i, "content " + i);
        }
        Map<String, String> files = files(imports.of(tar.end()));
        assertThat(files).hasSize(2005).containsEntry(deep, "deep").containsEntry("line\nfeed", "feed");
        assertThat(files).containsEntry("many/1999", "content 1999").containsEntry("p".repeat(100), "hundred");
    }

    @Test
    void aNameThatIsNoUtf8IsKept() throws Exception {
        byte[] archive = new TarBuilder()
                .file("na\u00efve", "bare")
                .pax(Map.of("path", "\u00ff\u00fe".repeat(60)))
                .file("x", "pax")
                .end();
        Imported imported = imports.of(archive);
        Path into = directory.resolve("latin");
        assertThat(ErofsTools.extract(imported.image(), into).code()).isZero();
        ErofsTools.Outcome listed = ErofsTools.run(List.of("find", into.toString(), "-type", "f", "-printf", "%P\\n"));
        assertThat(listed.output().lines()).containsExactlyInAnyOrder("na\u00efve", "\u00ff\u00fe".repeat(60));
    }

    @Test
    void ownersModesAndTimesAreKept() throws Exception {
        byte[] archive = new TarBuilder()
                .add(
                        TarBuilder.header("su", '0', 1)
                                .octal(100, 8, 04711)
                                .octal(108, 8, 1234)
                                .octal(116, 8, 65533),
                        new byte[1])
                .pax(Map.of("uid", "4000000000", "gid", "3000000", "mtime", "-1.25"))
                .file("old", "")
                .end();
        Imported imported = imports.of(archive);
        assertThat(ErofsTools.dump(imported.image(), "/su")).contains("Uid: 1234   Gid: 65533");
        Path into = directory.resolve("modes");
        assertThat(ErofsTools.extract(imported.image(), into, "--preserve-perms", "--no-preserve-owner")
                        .code())
                .isZero();
        assertThat(Files.getAttribute(into.resolve("su"), "unix:mode")).isEqualTo(0104711);
        assertThat(ErofsTools.dump(imported.image(), "/old")).contains("Uid: 4000000000", "Gid: 3000000", "1969-12-31");
    }

    @Test
    void progressIsTold() throws Exception {
        imports.of(ImageBuilder.oci(BASE, UPPER));
        Message last = imports.progress().getLast();
        assertThat(last.get(ImportProtocol.READ)).isPositive().isEqualTo(last.get(ImportProtocol.TOTAL));
    }

    @Test
    void aMakerThatFailsIsQuoted() throws Exception {
        Path work = Files.createDirectory(directory.resolve("bad"));
        Path image = work.resolve("no/such/directory");
        assertThatThrownBy(() -> {
                    MkfsErofs mkfs =
                            MkfsErofs.start(dev.nullbox.natives.Natives.libc(), ErofsTools.mkfs(), image, work);
                    try (mkfs) {
                        mkfs.input().write(BASE);
                        mkfs.finish(60);
                    }
                })
                .isInstanceOfSatisfying(
                        ArchiveException.class,
                        e -> assertThat(e.text())
                                .contains("mkfs.erofs has made no image: exit code 1", "No such file"));
    }

    @Test
    void theMakersOptionsAreTheBuilds() throws Exception {
        String script = Files.readString(Path.of("../tools/erofs.sh"));
        String expected = String.join(" ", MkfsErofs.OPTIONS).replace("-T1767225600", "\"-T$SOURCE_DATE_EPOCH\"");
        assertThat(script.replaceAll("\\s+", " ")).contains("EROFS_OPTIONS=(" + expected + ")");
        assertThat(Files.readString(Path.of("../tools/lib.sh"))).contains("SOURCE_DATE_EPOCH=1767225600");
    }
}
