package dev.nullbox.nullctl.command.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlTestCase;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.rpc.RpcException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code nullctl vault} for the vault as a whole: where passphrases and keys come from. */
class VaultStateTest extends NullctlTestCase {
    private static final String PASSPHRASE = "correct horse battery";
    private static final String SLOTS = "[{\"slot\":1,\"kind\":\"passphrase\"},{\"slot\":2,\"kind\":\"key\"}]";

    VaultStateTest(TestCertificates certificates) {
        super(certificates);
    }

    private void serve() throws Exception {
        appliance()
                .serve(
                        "warden",
                        "vault.init",
                        "{\"vault\":\"00ff\",\"slots\":" + SLOTS + "}",
                        "vault.unseal",
                        "{\"slot\":1,\"secrets\":2,\"versions\":5}",
                        "vault.seal",
                        "{}",
                        "vault.rekey",
                        "{\"slots\":" + SLOTS + "}",
                        "vault.status",
                        "{\"state\":\"sealed\",\"slots\":" + SLOTS
                                + ",\"failed_attempts\":3,\"retry_after_s\":61,\"leases\":0,\"memory_locked\":true}");
    }

    @Test
    void makesAVaultForAPassphraseTypedTwice() throws Exception {
        serve();
        sitAtTerminal(PASSPHRASE, PASSPHRASE);
        assertThat(run("vault", "init")).isZero();
        assertThat(out()).contains("vault 00ff made, unsealed, slots: 2");
        assertThat(decoded(asked("vault.init").getFirst(), "passphrase")).isEqualTo(PASSPHRASE);
        sitAtTerminal(PASSPHRASE, "something else");
        assertThat(run("vault", "init")).isEqualTo(2);
        assertThat(err()).contains("not the same").doesNotContain(PASSPHRASE);
        sitAtTerminal("", "");
        assertThat(run("vault", "init")).isEqualTo(2);
        sitAtTerminal();
        assertThat(run("vault", "init")).isEqualTo(2);
        assertThat(asked("vault.init")).as("the refused ones were not sent").hasSize(1);
    }

    @Test
    void makesAVaultForAKeyOrBoth(@TempDir Path directory) throws Exception {
        serve();
        String key = key(directory, 32).toString();
        assertThat(run("vault", "init", "--key-file", key)).isZero();
        sitAtTerminal(PASSPHRASE, PASSPHRASE);
        assertThat(run("vault", "init", "--key-file", key, "--passphrase")).isZero();
        Path file = Files.writeString(directory.resolve("passphrase"), PASSPHRASE + "\n");
        assertThat(run("vault", "init", "--passphrase-file", file.toString())).isZero();
        List<JsonObject> asked = asked("vault.init");
        assertThat(asked.stream().map(JsonObject::keySet))
                .containsExactly(Set.of("key"), Set.of("key", "passphrase"), Set.of("passphrase"));
        assertThat(decoded(asked.get(2), "passphrase")).isEqualTo(PASSPHRASE);
    }

    @Test
    void refusesKeysThatOthersMayReadOrOfAnotherLength(@TempDir Path directory) throws Exception {
        serve();
        for (int length : new int[] {0, 31, 33, 5000}) {
            assertThat(run(
                            "vault",
                            "unseal",
                            "--key-file",
                            key(directory, length).toString()))
                    .isEqualTo(2);
            assertThat(err()).contains("32 bytes", "/dev/urandom");
        }
        Path open = key(directory, 32);
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(run("vault", "unseal", "--key-file", open.toString())).isEqualTo(2);
        assertThat(err()).contains("chmod 600 " + open);
        assertThat(appliance().asked()).isEmpty();
        assertThat(run("vault", "unseal", "--key-file", key(directory, 32).toString()))
                .as("the allowed twin")
                .isZero();
    }

    @Test
    void unsealsByWhatIsTypedPipedOrInAFile(@TempDir Path directory) throws Exception {
        serve();
        sitAtTerminal(PASSPHRASE);
        assertThat(run("vault", "unseal")).as("asked once only").isZero();
        assertThat(out()).contains("unsealed by slot 1: 2 secrets, 5 versions");
        Path file = Files.writeString(directory.resolve("passphrase"), PASSPHRASE + "\n");
        assertThat(run("vault", "unseal", "--passphrase-file", file.toString())).isZero();
        assertThat(asked("vault.unseal"))
                .allMatch(params -> decoded(params, "passphrase").equals(PASSPHRASE));
        assertThat(run("vault", "unseal", "--passphrase-file", file.toString(), "--key-file", "x"))
                .isEqualTo(2);
        assertThat(run("vault", "seal")).isZero();
        assertThat(asked("vault.seal")).hasSize(1);
    }

    @Test
    void takesTheFirstLineOfAPipe() throws Exception {
        serve();
        for (String piped : List.of(PASSPHRASE, PASSPHRASE + "\n", PASSPHRASE + "\r\nmore\n")) {
            type(piped);
            assertThat(run("vault", "unseal")).isZero();
        }
        assertThat(asked("vault.unseal"))
                .hasSize(3)
                .allMatch(params -> decoded(params, "passphrase").equals(PASSPHRASE));
        type("x".repeat(2000));
        assertThat(run("vault", "unseal")).isEqualTo(2);
        assertThat(err()).contains("1024 bytes").doesNotContain("xxx");
        type("");
        assertThat(run("vault", "unseal")).isEqualTo(2);
    }

    @Test
    void saysWhatToDoAboutAWrongPassphrase() throws Exception {
        appliance().serve("warden", List.of(appliance().method("vault.unseal", params -> {
            throw new RpcException(ErrorKind.DENIED, "WRONG_KEY", "no slot belongs to this passphrase");
        })));
        type(PASSPHRASE);
        assertThat(run("vault", "unseal")).isEqualTo(1);
        assertThat(err())
                .contains("DENIED WRONG_KEY", "remedy: nullctl vault status")
                .doesNotContain(PASSPHRASE, base64(PASSPHRASE));
    }

    @Test
    void changesThePassphrase(@TempDir Path directory) throws Exception {
        serve();
        sitAtTerminal("old passphrase", PASSPHRASE, PASSPHRASE);
        assertThat(run("vault", "rekey")).isZero();
        assertThat(out()).contains("SLOT  KIND", "2     key");
        type("old passphrase\n" + PASSPHRASE + "\n");
        useTerminalNoMore();
        assertThat(run("vault", "rekey", "--new-data-key")).isZero();
        for (JsonObject params : asked("vault.rekey")) {
            assertThat(decoded(params, "passphrase")).isEqualTo("old passphrase");
            assertThat(decoded(params, "new_passphrase")).isEqualTo(PASSPHRASE);
        }
        assertThat(asked("vault.rekey").getLast().get("new_data_key").getAsBoolean())
                .isTrue();
        String key = key(directory, 32).toString();
        assertThat(run("vault", "rekey", "--new-key-file", key, "--keep")).isZero();
        assertThat(asked("vault.rekey").getLast().keySet()).containsExactlyInAnyOrder("passphrase", "new_key", "keep");
        assertThat(run("vault", "rekey", "--key-file", key, "--remove", "1")).isZero();
        assertThat(asked("vault.rekey").getLast().keySet()).containsExactlyInAnyOrder("key", "remove");
        assertThat(run("vault", "rekey", "--remove", "1", "--keep")).isEqualTo(2);
        assertThat(run("vault", "rekey", "--new-key-file", key, "--new-passphrase-file", key))
                .isEqualTo(2);
        assertThat(asked("vault.rekey")).hasSize(4);
    }

    @Test
    void saysHowTheVaultIs() throws Exception {
        serve();
        assertThat(run("vault", "status")).isZero();
        assertThat(out())
                .contains("state            sealed", "slots            1 passphrase, 2 key")
                .contains("retry after      1m 1s", "memory locked    true");
        assertThat(run("vault", "status", "--json")).isZero();
        assertThat(JsonParser.parseString(out()).getAsJsonObject().get("slots"))
                .isEqualTo(JsonParser.parseString(SLOTS));
    }

    private static Path key(Path directory, int length) throws Exception {
        Path file = directory.resolve("key" + length);
        Files.write(file, new byte[length]);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }
}
