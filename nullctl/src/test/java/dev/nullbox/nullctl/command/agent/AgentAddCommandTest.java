package dev.nullbox.nullctl.command.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlTestCase;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.protocol.importer.ImportReason;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code nullctl agent add}: what is sent, what is printed, and what is left after a failure. */
class AgentAddCommandTest extends NullctlTestCase {
    private static final String MANIFEST = "[agent]\nname = \"coder\"\n";

    private final FakeStore store = new FakeStore();

    @TempDir
    private Path directory = Path.of("");

    AgentAddCommandTest(TestCertificates certificates) {
        super(certificates);
    }

    @BeforeEach
    void serve() throws Exception {
        store.answer(FakeStore.done("{}"));
        appliance().serve("cage", store.methods(appliance()));
    }

    private String file(String name, byte[] content) throws Exception {
        return Files.write(directory.resolve(name), content).toString();
    }

    private String file(String name, String content) throws Exception {
        return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aFileIsSentAsItIsAndItsManifestAfterIt() throws Exception {
        byte[] image = new byte[1_200_000];
        new Random(5).nextBytes(image);
        String archive = file("image.tar.zst", image);
        String manifest = file("AGENT.toml", MANIFEST);
        store.answer("{\"read\":1,\"total\":9}", FakeStore.done("{}"));
        assertThat(run("agent", "add", "coder", "--manifest", manifest, "--image", "coder:3", archive))
                .isZero();
        assertThat(asked("agent.add"))
                .containsExactly(json("{\"agent\":\"coder\",\"image\":\"coder:3\",\"transfer\":\"t1\",\"sha256\":\""
                        + Sha256.hex(image) + "\",\"manifest\":\"t2\",\"manifest_sha256\":\""
                        + Sha256.hex(MANIFEST.getBytes(StandardCharsets.UTF_8)) + "\"}"));
        assertThat(store.sent("t1")).isEqualTo(image);
        assertThat(store.sent("t2")).asString(StandardCharsets.UTF_8).isEqualTo(MANIFEST);
        assertThat(out())
                .isEqualTo("coder version 3, image " + FakeStore.DIGEST + "\n"
                        + "  12 files, 3 directories, 2 symbolic links, 1 hard links, 1.5 GiB; as an image 1.0 MiB\n");
        assertThat(err()).isEmpty();
    }

    @Test
    void anArchiveThatWasAddedBeforeIsNotSent() throws Exception {
        byte[] image = new byte[600_000];
        new Random(7).nextBytes(image);
        String sha256 = Sha256.hex(image);
        String archive = file("image.tar", image);
        store.knowArchives();
        store.answer(FakeStore.done("{\"was_there\":true}"));
        assertThat(run("agent", "add", "coder", "--image", "coder:3", archive)).isZero();
        assertThat(out()).contains("this archive was added before: nothing was sent or imported");
        assertThat(asked("agent.has_archive"))
                .containsExactly(json("{\"sha256\":\"" + sha256 + "\",\"image\":\"coder:3\"}"));
        assertThat(asked("agent.add"))
                .containsExactly(json("{\"agent\":\"coder\",\"image\":\"coder:3\",\"sha256\":\"" + sha256 + "\"}"));
        assertThat(asked("agent.transfer.write")).isEmpty();
    }

    @Test
    void standardInputIsSentToItsEnd() throws Exception {
        byte[] image = new byte[600_000];
        new Random(6).nextBytes(image);
        type(image);
        assertThat(run("agent", "add", "coder", "-")).isZero();
        assertThat(store.sent("t1")).isEqualTo(image);
        assertThat(asked("agent.add"))
                .containsExactly(
                        json("{\"agent\":\"coder\",\"transfer\":\"t1\",\"sha256\":\"" + Sha256.hex(image) + "\"}"));
        type(new byte[0]);
        assertThat(run("agent", "add", "coder", "-")).isEqualTo(2);
        assertThat(err()).contains("nothing to send");
        sitAtTerminal();
        assertThat(run("agent", "add", "coder", "-")).isEqualTo(2);
        assertThat(err()).contains("is a terminal", "docker save IMAGE | nullctl agent add coder -");
    }

    @Test
    void aDirectoryIsSentAsATarThatGnuTarReads() throws Exception {
        Path root = Files.createDirectories(directory.resolve("root/bin"));
        Files.writeString(root.resolve("coder"), "#!/bin/sh\n");
        Files.createSymbolicLink(root.resolve("sh"), Path.of("coder"));
        assertThat(run("agent", "add", "coder", root.resolveSibling("").toString()))
                .isZero();
        Path sent = Files.write(directory.resolve("sent.tar"), store.sent("t1"));
        Process tar = new ProcessBuilder("tar", "-tvf", sent.toString()).start();
        String listed = new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(tar.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(tar.exitValue()).isZero();
        assertThat(listed.lines().map(line -> line.replaceFirst(".* \\./", "./")))
                .containsExactly("./", "./bin/", "./bin/coder", "./bin/sh -> coder");
    }

    @Test
    void withoutASourceTheImageIsKept() throws Exception {
        assertThat(run("agent", "add", "coder", "--manifest", file("AGENT.toml", MANIFEST)))
                .isZero();
        assertThat(asked("agent.add").getFirst().keySet()).containsExactly("agent", "manifest", "manifest_sha256");
        assertThat(run("agent", "add", "coder")).isEqualTo(2);
        assertThat(err()).contains("neither SOURCE nor --manifest");
        assertThat(run("agent", "add", "coder", "--manifest", "AGENT.toml", "--image", "a"))
                .isEqualTo(2);
        assertThat(err()).contains("--image names one of SOURCE's images");
        assertThat(asked("agent.add")).hasSize(1);
    }

    @Test
    void aBadManifestIsRefusedBeforeAnythingIsSent() throws Exception {
        String manifest = file("AGENT.toml", "[agent]\nname = \"coder\"\nnam = 1\nrestart = \"often\"\n");
        assertThat(run("agent", "add", "coder", "--manifest", manifest, file("image.tar", "x")))
                .isEqualTo(2);
        assertThat(err())
                .contains(
                        "AGENT.toml has 2 problems:",
                        "field:   agent.nam\n",
                        "field:   agent.restart\n",
                        "problem: \"often\"",
                        "remedy:  use one of never, on-failure, always\n");
        assertThat(run("agent", "add", "other", "--manifest", file("AGENT.toml", MANIFEST)))
                .isEqualTo(2);
        assertThat(err()).contains("field:   agent.name", "is coder, but the agent is other");
        assertThat(appliance().asked()).isEmpty();
    }

    @Test
    void aReferenceOfARegistryIsAnsweredWithTheWayToBringIt() {
        assertThat(run("agent", "add", "py", "python:3.12")).isEqualTo(2);
        assertThat(err())
                .contains(
                        "the appliance asks no registry",
                        "\n  skopeo copy docker://python:3.12 oci-archive:python-3.12.tar\n",
                        "\n  nullctl agent add py python-3.12.tar\n");
        assertThat(run("agent", "add", "y", "docker://ghcr.io/x/y@sha256:" + "0".repeat(64)))
                .isEqualTo(2);
        assertThat(err()).contains("skopeo copy docker://ghcr.io/x/y@sha256:0", " oci-archive:y.tar\n");
        for (String place : List.of("./python:3.12", "/no/where", "image.tar", "dir/image.tar", "image")) {
            assertThat(run("agent", "add", "py", place)).isEqualTo(2);
            assertThat(err()).isEqualTo("nullctl: " + place + " is not there\n");
        }
        assertThat(appliance().asked()).isEmpty();
    }

    @Test
    void anAgentsDirectoryIsAnsweredWithItsParts() throws Exception {
        file("AGENT.toml", MANIFEST);
        Files.createDirectory(directory.resolve("rootfs"));
        assertThat(run("agent", "add", "coder", directory.toString())).isEqualTo(2);
        assertThat(err())
                .contains("nullctl agent add coder --manifest " + directory + "/AGENT.toml " + directory + "/rootfs\n");
    }

    @Test
    void leftOutPathsAndTheRunningVersionAreReported() throws Exception {
        store.answer(FakeStore.done("{\"left_out\":3,\"left_out_paths\":[\"/dev/null\",\"/dev/\\u001b[2J\"],"
                + "\"left_out_xattrs\":1,\"left_out_env\":[\"API_KEY\"],\"runs\":true,\"was_there\":true}"));
        String image = file("image.tar", "x");
        assertThat(run("agent", "add", "coder", image)).isZero();
        assertThat(out())
                .contains(
                        "  the appliance had this image already\n",
                        "  left out: 3 device nodes: /dev/null, /dev/?[2J, ...\n",
                        "  left out: 1 extended attributes",
                        "  left out: variables named as secrets: API_KEY; put them into the vault",
                        "  a former version runs still; to run this one: nullctl restart coder\n");
        assertThat(run("agent", "add", "coder", image, "--json")).isZero();
        assertThat(JsonParser.parseString(out())
                        .getAsJsonObject()
                        .get("version")
                        .getAsLong())
                .isEqualTo(3);
    }

    @Test
    void growthIsRefusedWithItsLinesUntilItsHashIsNamed() throws Exception {
        store.refuse(new RpcException(
                AgentReason.AGENT_GROWTH,
                "coder would be allowed more than it is:\n+ network.allow 192.0.2.7:443\nto accept this:"
                        + " --accept-growth 0123456789abcdef",
                "accept_growth"));
        String image = file("image.tar", "x");
        assertThat(run("agent", "add", "coder", image, "--accept-growth", "0123456789abcdef"))
                .isEqualTo(1);
        assertThat(err())
                .contains(
                        "AGENT_GROWTH",
                        "cause:  coder would be allowed more than it is:\n",
                        "\n          + network.allow 192.0.2.7:443\n",
                        "\n          to accept this: --accept-growth 0123456789abcdef\n");
        assertThat(asked("agent.add").getFirst().get("accept_growth").getAsString())
                .isEqualTo("0123456789abcdef");
        assertThat(store.transfers()).isEmpty();
    }

    @Test
    void aFailedImportIsItsReason() throws Exception {
        store.failImport(new RpcException(ImportReason.IMPORT_CHOICE, "two images: a, b"));
        assertThat(run("agent", "add", "coder", file("image.tar", "x"))).isEqualTo(1);
        assertThat(err()).contains("IMPORT_CHOICE", "two images: a, b");
    }

    @Test
    void aSourceThatBreaksOffLeavesNoTransfer() throws Exception {
        Path root = Files.createDirectory(directory.resolve("root"));
        Path file = Files.write(root.resolve("file"), new byte[3_000_000]);
        store.atFirstChunk(() -> Files.write(file, new byte[1]));
        assertThat(run("agent", "add", "coder", root.toString())).isEqualTo(2);
        assertThat(err()).contains("file became shorter while it was read");
        assertThat(asked("agent.transfer.drop")).containsExactly(json("{\"transfer\":\"t1\"}"));
        assertThat(store.transfers()).isEmpty();
        assertThat(asked("agent.add")).isEmpty();
    }

    @Test
    void ctrlCTakesTheUploadBack() throws Exception {
        Process nullctl = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=dev.nullbox.natives",
                        "-p",
                        System.getProperty("jdk.module.path"),
                        "-m",
                        "dev.nullbox.nullctl/dev.nullbox.nullctl.NullctlMain",
                        "--address",
                        "127.0.0.1:" + appliance().port(),
                        "--credentials",
                        certificates().directory("good").toString(),
                        "agent",
                        "add",
                        "coder",
                        "-")
                .redirectErrorStream(true)
                .start();
        try {
            nullctl.getOutputStream().write(new byte[600_000]);
            nullctl.getOutputStream().flush();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (store.transfers().isEmpty() && nullctl.isAlive() && System.nanoTime() < deadline) {
                Thread.sleep(10);
            }
            assertThat(store.transfers()).containsExactly("t1");
            // SIGTERM, which ends a JVM as SIGINT does; a shell may have started the tests with that one ignored.
            nullctl.destroy();
            assertThat(nullctl.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(asked("agent.transfer.drop")).containsExactly(json("{\"transfer\":\"t1\"}"));
            assertThat(store.transfers()).isEmpty();
        } finally {
            nullctl.destroyForcibly();
        }
    }
}
