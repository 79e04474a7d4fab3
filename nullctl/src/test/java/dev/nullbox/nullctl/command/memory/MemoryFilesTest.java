package dev.nullbox.nullctl.command.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlTestCase;
import dev.nullbox.nullctl.terminal.Progress;
import dev.nullbox.service.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code nullctl memory} for what is larger than a message: blobs, backups, exports. */
class MemoryFilesTest extends NullctlTestCase {
    private static final int PIECE = 512 * 1024;
    private static final String ID = "ab".repeat(32);

    private final byte[] content = new byte[2 * PIECE + 5];

    @TempDir
    private Path directory = Path.of("");

    MemoryFilesTest(TestCertificates certificates) {
        super(certificates);
        new Random(11).nextBytes(content);
    }

    @Test
    void saysNowAndThenThatItIsStillAtWork() throws Exception {
        StringWriter said = new StringWriter();
        try (Progress _ = Progress.of("memory.backup", new PrintWriter(said), Duration.ofMillis(10))) {
            while (said.toString().lines().count() < 2) {
                Thread.sleep(5);
            }
        }
        assertThat(said.toString()).startsWith("memory.backup: at work for 0 s");
    }

    @Test
    void putsAndGetsABlobInChunks() throws Exception {
        ByteArrayOutputStream chunks = new ByteArrayOutputStream();
        JsonArray ids = new JsonArray();
        appliance()
                .serve(
                        "ctxgraph",
                        List.of(
                                appliance().method("memory.chunk.put", params -> {
                                    byte[] data = bytes(params, "data");
                                    chunks.writeBytes(data);
                                    ids.add(Sha256.hex(data));
                                    return json(
                                            "{\"chunk\":\"" + Sha256.hex(data) + "\",\"bytes\":" + data.length + "}");
                                }),
                                appliance().method("memory.put", params -> json("{\"id\":\"" + ID + "\",\"seq\":1}")),
                                appliance().method("memory.get", params -> blob(ids)),
                                appliance().method("memory.chunk.get", params -> {
                                    int from = params.get("index").getAsInt() * PIECE;
                                    return data(chunks.toByteArray(), from);
                                })));
        Path file = Files.write(directory.resolve("photo.jpg"), content);
        assertThat(run("memory", "put", "k/photo", "--as", "blob", "--file", file.toString(), "--type", "image/jpeg"))
                .isZero();
        assertThat(chunks.toByteArray()).isEqualTo(content);
        JsonObject put = asked("memory.put").getFirst();
        assertThat(put.getAsJsonObject("blob").get("chunks")).isEqualTo(ids).isNotEqualTo(new JsonArray());
        assertThat(put.getAsJsonObject("blob").get("type").getAsString()).isEqualTo("image/jpeg");
        assertThat(put.has("value")).isFalse();

        Path back = directory.resolve("back.jpg");
        assertThat(run("memory", "get", "k/photo", "--output", back.toString())).isZero();
        assertThat(back).hasBinaryContent(content);
        assertThat(run("memory", "get", "k/photo", "-o", "-")).isZero();
        assertThat(outBytes()).isEqualTo(content);
        assertThat(run("memory", "get", "k/photo", "-o", back.toString())).isEqualTo(2);

        ids.set(1, new JsonPrimitive("00".repeat(32)));
        Path damaged = directory.resolve("damaged.jpg");
        assertThat(run("memory", "get", "k/photo", "-o", damaged.toString())).isEqualTo(1);
        assertThat(err()).contains("DAMAGED", "chunk 1");
        assertThat(damaged).doesNotExist();
        assertThat(directory).isDirectoryNotContaining(path -> path.toString().endsWith(".part"));
    }

    @Test
    void backsUpAndExportsToFilesThatAreWhole() throws Exception {
        serveOut(content, Sha256.hex(content));
        Path backup = directory.resolve("memory.db");
        assertThat(run("memory", "backup", backup.toString())).isZero();
        assertThat(backup).hasBinaryContent(content);
        assertThat(err()).contains("damaged in the backup as in the store: node " + ID);
        assertThat(asked("memory.transfer.drop")).containsExactly(json("{\"transfer\":\"t1\"}"));
        assertThat(run("memory", "backup", backup.toString())).isEqualTo(2);
        Path export = directory.resolve("export");
        assertThat(run("memory", "export", export.toString(), "--prefix", "k/")).isZero();
        assertThat(out()).contains("5 nodes, 2 of them quarantined");
        assertThat(run("memory", "export", export.toString(), "--force", "--node", ID, "--node", ID))
                .isZero();
        assertThat(asked("memory.export"))
                .containsExactly(json("{\"prefix\":\"k/\"}"), json("{\"ids\":[\"" + ID + "\",\"" + ID + "\"]}"));
        assertThat(run("memory", "export", export.toString(), "--force", "--node", ID, "--prefix", "k/"))
                .isEqualTo(2);
    }

    @Test
    void leavesNoFileThatIsNotWhatWasPromised() throws Exception {
        serveOut(content, "00".repeat(32));
        assertThat(run("memory", "backup", directory.resolve("memory.db").toString()))
                .isEqualTo(1);
        assertThat(err()).contains("UNEXPECTED");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void importsAndRestores() throws Exception {
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        appliance()
                .serve(
                        "ctxgraph",
                        List.of(
                                appliance().method("memory.transfer.write", params -> written(params, received)),
                                appliance()
                                        .method(
                                                "memory.import",
                                                params -> json("{\"nodes\":5,\"entries\":6,\"chunks\":7}")),
                                appliance()
                                        .method(
                                                "memory.restore",
                                                params -> json("{\"restarting\":true,\"damaged\":[]}"))));
        String file = Files.write(directory.resolve("file"), content).toString();
        assertThat(run("memory", "import", file)).isZero();
        assertThat(out()).contains("5 nodes, 6 entries, 7 chunks imported");
        assertThat(received.toByteArray()).isEqualTo(content);
        received.reset();
        assertThat(run("memory", "restore", file)).isEqualTo(2);
        assertThat(err()).contains("--yes");
        assertThat(run("memory", "restore", file, "--yes")).isZero();
        assertThat(asked("memory.restore"))
                .containsExactly(json("{\"transfer\":\"t2\",\"sha256\":\"" + Sha256.hex(content) + "\"}"));
        received.reset();
        assertThat(run("memory", "restore", file, "--yes", "--with-damage")).isZero();
        assertThat(asked("memory.restore").getLast())
                .isEqualTo(
                        json("{\"transfer\":\"t2\",\"sha256\":\"" + Sha256.hex(content) + "\",\"with_damage\":true}"));
        assertThat(run("memory", "import", directory.resolve("missing").toString()))
                .isEqualTo(2);
    }

    private void serveOut(byte[] file, String sha256) throws Exception {
        String begun = "{\"transfer\":\"t1\",\"bytes\":" + file.length + ",\"sha256\":\"" + sha256
                + "\",\"nodes\":5,\"held\":2,\"damaged\":[\"node " + ID + "\"]}";
        appliance()
                .serve(
                        "ctxgraph",
                        List.of(
                                appliance().method("memory.backup", params -> JsonParser.parseString(begun)),
                                appliance().method("memory.export", params -> JsonParser.parseString(begun)),
                                appliance().method("memory.transfer.drop", params -> new JsonObject()),
                                appliance().method("memory.transfer.read", params -> piece(params, file))));
    }

    private JsonElement blob(JsonArray ids) {
        JsonObject value = new JsonObject();
        value.add("chunks", ids.deepCopy());
        value.addProperty("size", content.length);
        value.addProperty("type", "image/jpeg");
        JsonObject found = json("{\"id\":\"" + ID + "\",\"key\":\"k/photo\",\"kind\":\"blob\",\"seq\":1,"
                + "\"agent\":\"a\",\"parents\":[]}");
        found.add("value", value);
        return found;
    }

    private static JsonObject data(byte[] all, int from) {
        JsonObject answer = json("{\"chunks\":3,\"size\":" + all.length + "}");
        byte[] piece = Arrays.copyOfRange(all, from, Math.min(all.length, from + PIECE));
        answer.addProperty("data", Base64.getEncoder().encodeToString(piece));
        return answer;
    }

    private static byte[] bytes(JsonObject params, String member) {
        return Base64.getDecoder().decode(params.get(member).getAsString());
    }
}
