package dev.nullbox.nullctl.command.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.nullbox.gateway.FakeAppliance;
import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlTestCase;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Sha256;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
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
        serveExport(vault.length, params -> piece(params, vault));
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
        assertThat(asked("vault.transfer.drop")).hasSize(2).allMatch(json("{\"transfer\":\"t1\"}")::equals);
    }

    @Test
    void leavesNothingOfAnExportThatBreaksOff() throws Exception {
        serveExport(vault.length, params -> {
            if (params.get("offset").getAsLong() >= CHUNK) {
                throw new RpcException(CallReason.TRANSFER_UNKNOWN, "the vault was sealed");
            }
            return piece(params, vault);
        });
        Path file = Files.writeString(directory.resolve("backup"), "the old one");
        assertThat(run("vault", "export", file.toString(), "--force")).isEqualTo(1);
        assertThat(file).hasContent("the old one");
        assertThat(directory).isDirectoryNotContaining(path -> path.toString().endsWith(".part"));
    }

    @Test
    void refusesPiecesThatDoNotAddUp() throws Exception {
        byte[] shorter = Arrays.copyOf(vault, CHUNK + 1);
        serveExport(shorter.length + 1, params -> piece(params, shorter));
        assertThat(run("vault", "export", directory.resolve("backup").toString()))
                .isEqualTo(1);
        assertThat(err()).contains("UNEXPECTED", shorter.length + " of " + (shorter.length + 1) + " bytes");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void importsAFileInPieces() throws Exception {
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        appliance()
                .serve(
                        "warden",
                        List.of(
                                appliance().method("vault.transfer.write", params -> written(params, received)),
                                appliance().method("vault.import", params -> json("{\"secrets\":2,\"versions\":5}"))));
        Path file = Files.write(directory.resolve("backup"), vault);
        assertThat(run("vault", "import", file.toString(), "--overwrite")).isZero();
        assertThat(received.toByteArray()).isEqualTo(vault);
        assertThat(out()).contains("2 secrets, 5 versions imported");
        JsonObject last = asked("vault.import").getLast();
        assertThat(decoded(last, "passphrase")).isEqualTo("passphrase of the file");
        assertThat(last.get("overwrite").getAsBoolean()).isTrue();
        assertThat(last.get("transfer").getAsString()).isEqualTo("t2");
        assertThat(last.get("sha256").getAsString()).isEqualTo(Sha256.hex(vault));
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

    private void serveExport(int bytes, FakeAppliance.Answer read) throws Exception {
        String begun = "{\"transfer\":\"t1\",\"bytes\":" + bytes + ",\"sha256\":\"" + Sha256.hex(vault) + "\"}";
        appliance()
                .serve(
                        "warden",
                        List.of(
                                appliance().method("vault.export", params -> json(begun)),
                                appliance().method("vault.transfer.read", read),
                                appliance().method("vault.transfer.drop", params -> new JsonObject())));
    }
}
