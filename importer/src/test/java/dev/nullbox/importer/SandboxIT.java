package dev.nullbox.importer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.archive.handmade.TarBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole process in its sandbox, on a Java virtual machine: as cage starts it, by a request on standard input. */
class SandboxIT {
    private static final long UID = 60_106;
    private static final byte[] ROOT = new TarBuilder()
            .directory("./")
            .file("etc/motd", "hello")
            .add(TarBuilder.header("big", '0', 3 << 20), new byte[3 << 20])
            .end();

    @TempDir
    Path directory;

    private Path work = Path.of("");

    @BeforeEach
    void makeWork() throws IOException {
        work = Files.createDirectory(directory.resolve("work"));
        Files.createDirectory(directory.resolve("root"));
    }

    /** End of an importer. */
    private record Ended(int code, List<JsonObject> lines, String errors) {
        JsonObject last() {
            return lines.getLast();
        }
    }

    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(":", -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(":"));
    }

    private static List<String> java() {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                ImporterMain.class.getName()));
        return command;
    }

    private String request(Path source, Map<String, Object> changed) throws Exception {
        JsonObject request = new JsonObject();
        request.addProperty("cage_pid", ProcessHandle.current().pid());
        request.addProperty("uid", UID);
        request.addProperty("new_root", directory.resolve("root").toString());
        request.add("launcher", array(java()));
        List<String> binds = new ArrayList<>(List.of("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache"));
        binds.add(System.getProperty("java.home"));
        for (String entry : classPath().split(":", -1)) {
            binds.add(entry);
        }
        Path tools = Path.of(ErofsTools.mkfs().getFirst()).resolveSibling("");
        binds.add(tools.toString());
        request.add("binds", array(binds.stream().distinct().toList()));
        Path tree = tools.resolve("root");
        request.add(
                "mkfs",
                array(List.of(
                        tree + "/usr/lib64/ld-linux-x86-64.so.2",
                        "--library-path",
                        tree + "/usr/lib/x86_64-linux-gnu",
                        tree + "/usr/bin/mkfs.erofs")));
        request.addProperty("source", source.toString());
        request.addProperty("work", work.toString());
        request.addProperty("seconds", 120);
        changed.forEach((name, value) -> {
            if (value instanceof Number number) {
                request.addProperty(name, number);
            } else {
                request.addProperty(name, value.toString());
            }
        });
        return request.toString();
    }

    private static com.google.gson.JsonArray array(List<String> words) {
        com.google.gson.JsonArray array = new com.google.gson.JsonArray();
        words.forEach(array::add);
        return array;
    }

    private Ended run(byte[] archive, Map<String, Object> changed) throws Exception {
        Path source = Files.write(directory.resolve("archive"), archive);
        List<String> command = new ArrayList<>(List.of("unshare", "--pid", "--fork", "--kill-child"));
        command.addAll(java());
        Process process = new ProcessBuilder(command)
                .redirectError(directory.resolve("errors").toFile())
                .start();
        // The parent is unshare, whose child it is.
        Map<String, Object> all = new java.util.HashMap<>(changed);
        all.putIfAbsent("cage_pid", process.pid());
        process.getOutputStream().write((request(source, all) + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        byte[] output = process.getInputStream().readAllBytes();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        String errors = Files.readString(directory.resolve("errors"));
        List<JsonObject> lines = new String(output, StandardCharsets.UTF_8)
                .lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
        return new Ended(process.exitValue(), lines, errors);
    }

    @Test
    void anArchiveBecomesAnImageBehindTheWalls() throws Exception {
        Ended ended = run(ROOT, Map.of());
        assertThat(ended.code()).as(ended.errors() + ended.lines()).isZero();
        JsonObject result = ended.last().getAsJsonObject("result");
        assertThat(result.get("files").getAsInt()).isEqualTo(2);
        Path image = work.resolve("root.erofs");
        assertThat(Files.size(image)).isEqualTo(result.get("image_bytes").getAsLong());
        assertThat(Files.getAttribute(image, "unix:uid")).isEqualTo((int) UID);
        Path into = directory.resolve("out");
        assertThat(ErofsTools.extract(image, into).code()).isZero();
        assertThat(into.resolve("etc/motd")).hasContent("hello");
        assertThat(into.resolve("big")).hasBinaryContent(new byte[3 << 20]);
    }

    /** mkfs.erofs' threads keep hundreds of files open, and end by a library that is loaded for that alone. */
    @Test
    void manyFilesAreCompressedBehindTheWalls() throws Exception {
        TarBuilder tar = new TarBuilder();
        for (int i = 0; i < 3000; i++) {
            tar.file("files/" + i, ("line " + i + "\n").repeat(1000));
        }
        Ended ended = run(ImageBuilder.oci(tar.end()), Map.of());
        assertThat(ended.code()).as(ended.errors() + ended.lines()).isZero();
        assertThat(ended.last().getAsJsonObject("result").get("files").getAsInt())
                .isEqualTo(3000);
        assertThat(ErofsTools.check(work.resolve("root.erofs")).code()).isZero();
    }

    @Test
    void aRefusedArchiveLeavesNothing() throws Exception {
        Ended ended = run(new TarBuilder().file("../x", "").end(), Map.of());
        assertThat(ended.code()).as(ended.errors()).isEqualTo(1);
        JsonObject error = ended.last().getAsJsonObject("error");
        assertThat(error.get("reason").getAsString()).isEqualTo("IMPORT_ENTRY");
        assertThat(error.get("message").getAsString()).contains("entry ../x leads upwards");
        try (Stream<Path> left = Files.list(work)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void anotherCagesChildDoesNotBegin() throws Exception {
        Ended ended = run(ROOT, Map.of("cage_pid", 1));
        assertThat(ended.code()).isEqualTo(69);
        assertThat(ended.errors()).contains("cage, process 1, has died");
    }

    @Test
    void aMalformedRequestIsRefused() throws Exception {
        Ended ended = run(ROOT, Map.of("seconds", -1));
        assertThat(ended.code()).isEqualTo(65);
        assertThat(ended.errors()).contains("seconds");
    }

    @Test
    void theSecondStageAloneFindsItsWallsMissing() throws Exception {
        List<String> command = java();
        command.add("work");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream()
                .write(("{\"host_net\": \"a\", \"host_mnt\": \"b\", \"uid\": 60106, \"mkfs\": [\"/bin/true\"],"
                                + " \"source\": \"/dev/null\", \"work\": \"/tmp\", \"seconds\": 1}")
                        .getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(70);
        assertThat(output).contains("Uid is", "CapEff is", "Seccomp is 0, not 2", "NoNewPrivs", "Landlock does not");
    }
}
