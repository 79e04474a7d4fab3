package dev.nullbox.nullctl.command.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlTestCase;
import dev.nullbox.rpc.RpcException;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code nullctl vault export|import}: files larger than a message, whole or not at all. */
class VaultTransferTest extends NullctlTestCase {
    private static final int CHUNK = 524_288;

    private final byte[] vault = new byte[3 * CHUNK + 17];

    @TempDir
    private Path directory = Path.of("");

    VaultTransferTest(TestCertificates certificates) {
        super(certificates);
        new Random(7).nextBytes(vault);
    }

    @BeforeEach
    void typePassphrase() {
        type("passphrase of the file\n");
    }

    @Test
    void exportsAFileInPieces() throws Exception {
        appliance().serve("warden", List.of(appliance().method("vault.export", params -> exported(params, vault))));
        Path file = directory.resolve("backup");
        assertThat(run("vault", "export", file.toString())).isZero();
        assertThat(file).hasBinaryContent(vault);
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(out()).contains(vault.length + " bytes written to " + file);
        assertThat(decoded(asked("vault.export").getFirst(), "passphrase")).isEqualTo("passphrase of the file");
        int before = appliance().asked().size();
        assertThat(run("vault", "export", file.toString())).isEqualTo(2);
        assertThat(appliance().asked())
                .as("refused before anything was exported")
                .hasSize(before);
        assertThat(run("vault", "export", file.toString(), "--force")).isZero();
    }

    @Test
    void leavesNothingOfAnExportThatBreaksOff() throws Exception {
        appliance().serve("warden", List.of(appliance().method("vault.export", params -> {
            if (params.has("offset") && params.get("offset").getAsLong() >= CHUNK) {
                throw new RpcException(RpcException.Code.NOT_FOUND, "TRANSFER_UNKNOWN", "the vault was sealed");
            }
            return exported(params, vault);
        })));
        Path file = Files.writeString(directory.resolve("backup"), "the old one");
        assertThat(run("vault", "export", file.toString(), "--force")).isEqualTo(1);
        assertThat(file).hasContent("the old one");
        assertThat(directory).isDirectoryNotContaining(path -> path.toString().endsWith(".part"));
    }

    @Test
    void refusesPiecesThatDoNotAddUp() throws Exception {
        byte[] shorter = Arrays.copyOf(vault, CHUNK + 1);
        appliance().serve("warden", List.of(appliance().method("vault.export", params -> {
            JsonObject answer = exported(params, shorter).getAsJsonObject();
            if (answer.has("bytes")) {
                answer.addProperty("bytes", shorter.length + 1);
            }
            return answer;
        })));
        assertThat(run("vault", "export", directory.resolve("backup").toString()))
                .isEqualTo(1);
        assertThat(err()).contains("UNEXPECTED", shorter.length + " of " + (shorter.length + 1) + " bytes");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void importsAFileInPieces() throws Exception {
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        appliance().serve("warden", List.of(appliance().method("vault.import", params -> imported(params, received))));
        Path file = Files.write(directory.resolve("backup"), vault);
        assertThat(run("vault", "import", file.toString(), "--overwrite")).isZero();
        assertThat(received.toByteArray()).isEqualTo(vault);
        assertThat(out()).contains("2 secrets, 5 versions imported");
        JsonObject last = asked("vault.import").getLast();
        assertThat(decoded(last, "passphrase")).isEqualTo("passphrase of the file");
        assertThat(last.get("overwrite").getAsBoolean()).isTrue();
        assertThat(asked("vault.import").getFirst().get("bytes").getAsInt()).isEqualTo(vault.length);
    }

    @Test
    void refusesFilesThatCannotBeImported() throws Exception {
        for (String name : List.of("missing", ".")) {
            assertThat(run("vault", "import", directory.resolve(name).toString()))
                    .isEqualTo(2);
        }
        assertThat(run(
                        "vault",
                        "import",
                        Files.createFile(directory.resolve("empty")).toString()))
                .isEqualTo(2);
        assertThat(err()).contains("has no bytes");
        assertThat(appliance().asked()).isEmpty();
    }

    private static JsonElement exported(JsonObject params, byte[] file) {
        JsonObject answer = new JsonObject();
        if (!params.has("transfer")) {
            answer.addProperty("transfer", "t1");
            answer.addProperty("bytes", file.length);
            return answer;
        }
        int from = params.get("offset").getAsInt();
        int to = Math.min(file.length, from + CHUNK);
        answer.addProperty("data", Base64.getEncoder().encodeToString(Arrays.copyOfRange(file, from, to)));
        answer.addProperty("next", to);
        answer.addProperty("done", to == file.length);
        return answer;
    }

    private static JsonElement imported(JsonObject params, ByteArrayOutputStream received) throws RpcException {
        JsonObject answer = new JsonObject();
        if (params.has("bytes")) {
            answer.addProperty("transfer", "t2");
            answer.addProperty("chunk", CHUNK);
        } else if (params.has("data")) {
            if (params.get("offset").getAsInt() != received.size()) {
                throw new RpcException(RpcException.Code.INVALID_PARAMS, "TRANSFER_OFFSET", "not the next", "offset");
            }
            received.writeBytes(Base64.getDecoder().decode(params.get("data").getAsString()));
            answer.addProperty("next", received.size());
        } else {
            answer.addProperty("secrets", 2);
            answer.addProperty("versions", 5);
        }
        return answer;
    }
}
