package dev.nullbox.nullctl.command.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlTestCase;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.rpc.RpcException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code nullctl vault} for single secrets: values come in and out only where they should. */
class VaultSecretsTest extends NullctlTestCase {
    private static final String SECRET = "canary-value";
    private static final String SET =
            "{\"name\":\"K\",\"version\":3,\"created\":0,\"canary\":false,\"state\":\"live\"}";

    VaultSecretsTest(TestCertificates certificates) {
        super(certificates);
    }

    @Test
    void setsASecretFromInputFileAndTerminal(@TempDir Path directory) throws Exception {
        appliance().serve("warden", "vault.set", SET);
        for (String typed : List.of(SECRET, SECRET + "\n", SECRET + "\r\n", SECRET + "\n\n")) {
            type(typed);
            assertThat(run("vault", "set", "K")).isZero();
        }
        assertThat(values()).containsExactly(SECRET, SECRET, SECRET, SECRET + "\n");
        assertThat(out()).contains("K set, version 3");
        Path file = Files.writeString(directory.resolve("value"), SECRET + "\n");
        assertThat(run("vault", "set", "--from-file", file.toString(), "K")).isZero();
        assertThat(run("vault", "set", "K", "--file", file.toString(), "--canary"))
                .isZero();
        assertThat(asked("vault.set").getLast().get("canary").getAsBoolean()).isTrue();
        sitAtTerminal("typed");
        assertThat(run("vault", "set", "K")).isZero();
        assertThat(values().toList()).endsWith(SECRET + "\n", SECRET + "\n", "typed");
    }

    @Test
    void readsNothingFromATerminalThatWouldShowIt() {
        type(SECRET);
        useTerminal(_ -> {
            throw new UsageException("the terminal would show it");
        });
        assertThat(run("vault", "set", "K")).isEqualTo(2);
        assertThat(err()).contains("would show it");
        assertThat(appliance().asked()).isEmpty();
    }

    @Test
    void showsASecretNowhere() throws Exception {
        appliance().serve("warden", List.of(appliance().method("vault.set", params -> {
            throw new RpcException(ErrorKind.UNAVAILABLE, "VAULT_NOT_WRITTEN", "the disk is full");
        })));
        type(SECRET);
        assertThat(run("vault", "set", "K")).isEqualTo(1);
        assertThat(out() + err() + appliance().events())
                .contains("VAULT_NOT_WRITTEN", "vault.set")
                .doesNotContain(SECRET)
                .doesNotContain(base64(SECRET));
        assertThat(appliance().asked()).as("it did arrive").allMatch(asked -> asked.contains(base64(SECRET)));
    }

    @Test
    void doesNotRepeatAValueThatWasGivenAsAWord() {
        assertThat(run("vault", "set", "NAME", SECRET)).isEqualTo(2);
        assertThat(err()).contains("never arguments").doesNotContain(SECRET);
        assertThat(run("vault", "set", "NAME", "--value=" + SECRET)).isEqualTo(2);
        assertThat(err()).contains("unknown option --value").doesNotContain(SECRET);
        assertThat(appliance().asked()).isEmpty();
    }

    @Test
    void refusesAnEmptyAndAnOversizedValue() {
        assertThat(run("vault", "set", "K")).isEqualTo(2);
        type("\n");
        assertThat(run("vault", "set", "K")).isEqualTo(2);
        type(new byte[64 * 1024 + 1]);
        assertThat(run("vault", "set", "K")).isEqualTo(2);
        assertThat(run("vault", "set", "--from-file", "/does/not/exist", "K")).isEqualTo(2);
        assertThat(appliance().asked()).isEmpty();
    }

    @Test
    void getsASecretOnlyWhenToldTo() throws Exception {
        serveValue(SECRET.getBytes(StandardCharsets.UTF_8));
        assertThat(run("vault", "get", "K")).isEqualTo(2);
        assertThat(err()).contains("--reveal");
        assertThat(appliance().asked()).as("not even asked for").isEmpty();
        assertThat(run("vault", "get", "K", "--reveal")).isZero();
        assertThat(out()).isEqualTo(SECRET + "\n");
        assertThat(run("vault", "get", "K", "--reveal", "--secret-version", "2"))
                .isZero();
        assertThat(asked("vault.get"))
                .containsExactly(json("{\"name\":\"K\"}"), json("{\"name\":\"K\",\"version\":2}"));
        assertThat(appliance().events()).contains("vault.get").doesNotContain(SECRET, base64(SECRET));
    }

    @Test
    void printsNoValueThatATerminalMightObey() throws Exception {
        byte[] value = "\u001b[2Jx".getBytes(StandardCharsets.UTF_8);
        serveValue(value);
        assertThat(run("vault", "get", "K", "--reveal")).isEqualTo(2);
        assertThat(out()).isEmpty();
        assertThat(err()).contains("--output");
        assertThat(run("vault", "get", "K", "--output", "-")).isZero();
        assertThat(outBytes()).isEqualTo(value);
    }

    @Test
    void writesASecretToAFileOfOnesOwn(@TempDir Path directory) throws Exception {
        byte[] value = {0, 1, (byte) 0xff, '\n'};
        serveValue(value);
        Path file = directory.resolve("key");
        assertThat(run("vault", "get", "K", "-o", file.toString())).isZero();
        assertThat(file).hasBinaryContent(value);
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        int before = appliance().asked().size();
        assertThat(run("vault", "get", "K", "-o", file.toString())).isEqualTo(2);
        assertThat(err()).contains("is there already", "--force");
        assertThat(appliance().asked())
                .as("refused before the secret left the vault")
                .hasSize(before);
        assertThat(run("vault", "get", "K", "-o", file.toString(), "--force")).isZero();
        assertThat(run("vault", "get", "K", "-o", directory.resolve("no/such").toString()))
                .isEqualTo(2);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).as("nothing half-made").containsExactly(file);
        }
    }

    @Test
    void leavesNoFileAfterARefusal(@TempDir Path directory) throws Exception {
        appliance().serve("warden", List.of(appliance().method("vault.get", params -> {
            throw new RpcException(ErrorKind.UNAVAILABLE, "VAULT_SEALED", "the vault is sealed");
        })));
        assertThat(run("vault", "get", "K", "-o", directory.resolve("key").toString()))
                .isEqualTo(1);
        assertThat(err()).contains("UNAVAILABLE VAULT_SEALED", "remedy: nullctl vault unseal");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void listsSecretsByPages() throws Exception {
        appliance().serve("warden", List.of(appliance().method("vault.list", params -> {
            JsonArray page = new JsonArray();
            int from = params.has("after")
                    ? Integer.parseInt(params.get("after").getAsString().substring(1)) + 1
                    : 0;
            for (int i = from; i < Math.min(from + 1000, 2500); i++) {
                JsonObject secret = new JsonObject();
                secret.addProperty("name", "K" + i);
                secret.addProperty("version", 2);
                secret.addProperty("created", 86_400);
                secret.addProperty("canary", false);
                secret.addProperty("state", "live");
                page.add(secret);
            }
            return page;
        })));
        assertThat(run("vault", "list")).isZero();
        assertThat(out()).contains("NAME   VERSION  STATE  CANARY  CREATED");
        assertThat(out().lines()).hasSize(2501).last().asString().contains("K2499", "1970-01-02T00:00:00Z");
        assertThat(run("vault", "list", "--json", "--deleted")).isZero();
        assertThat(JsonParser.parseString(out()).getAsJsonArray()).hasSize(2500);
        assertThat(asked("vault.list").getLast().get("deleted").getAsBoolean()).isTrue();
    }

    @Test
    void showsAHistory() throws Exception {
        String history =
                "{\"name\":\"K\",\"deleted\":true,\"versions\":[{\"version\":2,\"created\":60,\"canary\":false,\"state\":\"deleted\"}]}";
        appliance().serve("warden", "vault.history", history);
        assertThat(run("vault", "history", "K")).isZero();
        assertThat(out()).contains("K is deleted", "VERSION  STATE", "1970-01-01T00:01:00Z");
        assertThat(run("vault", "history", "K", "--json")).isZero();
        assertThat(JsonParser.parseString(out())).isEqualTo(json(history));
    }

    @Test
    void deletesUndeletesAndDestroys() throws Exception {
        appliance().serve("warden", "vault.delete", "{}", "vault.undelete", SET, "vault.destroy", "{\"destroyed\":2}");
        assertThat(run("vault", "delete", "K")).isZero();
        assertThat(run("vault", "undelete", "K")).isZero();
        assertThat(out()).contains("K is back, version 3");
        assertThat(run("vault", "destroy", "K")).isEqualTo(2);
        assertThat(err()).contains("--yes", "all versions of K");
        assertThat(run("vault", "destroy", "K", "--yes")).isZero();
        assertThat(run("vault", "destroy", "K", "--secret-version", "1", "--yes"))
                .isZero();
        assertThat(appliance().asked())
                .containsExactly(
                        "vault.delete {\"name\":\"K\"}",
                        "vault.undelete {\"name\":\"K\"}",
                        "vault.destroy {\"name\":\"K\"}",
                        "vault.destroy {\"name\":\"K\",\"version\":1}");
    }

    @Test
    void listsAndRevokesLeases() throws Exception {
        String lease = "{\"lease\":\"L1\",\"agent\":\"hello\",\"run\":\"1\",\"names\":[\"A\",\"B\"],\"since\":60,"
                + "\"state\":\"active\",\"refs\":[]}";
        appliance()
                .serve(
                        "warden",
                        "vault.leases",
                        "{\"leases\":[" + lease + "," + lease.replace("hello", "other") + "],\"seq\":4,\"left_out\":7}",
                        "vault.revoke",
                        "{\"revoked\":1}");
        assertThat(run("vault", "leases")).isZero();
        assertThat(out()).contains("L1     hello  1    active  A, B   1970-01-01T00:01:00Z  -", "other", "7 older");
        assertThat(run("vault", "leases", "--agent", "hello", "--json")).isZero();
        assertThat(JsonParser.parseString(out()).getAsJsonArray()).containsExactly(json(lease));
        assertThat(run("vault", "revoke")).isEqualTo(2);
        assertThat(run("vault", "revoke", "hello", "--lease", "L1")).isEqualTo(2);
        assertThat(run("vault", "revoke", "--lease", "L1", "--run", "1")).isEqualTo(2);
        assertThat(asked("vault.revoke")).isEmpty();
        assertThat(run("vault", "revoke", "hello")).isZero();
        assertThat(run("vault", "revoke", "hello", "--run", "3")).isZero();
        assertThat(run("vault", "revoke", "--lease", "L1")).isZero();
        assertThat(asked("vault.revoke"))
                .containsExactly(
                        json("{\"agent\":\"hello\"}"),
                        json("{\"agent\":\"hello\",\"run\":\"3\"}"),
                        json("{\"lease\":\"L1\"}"));
    }

    /** A mistyped name must not look as if something had been revoked. */
    @Test
    void saysThatNothingWasRevoked() throws Exception {
        appliance().serve("warden", "vault.revoke", "{\"revoked\":0}");
        assertThat(run("vault", "revoke", "helo")).isEqualTo(1);
        assertThat(err()).contains("no lease of helo is in force: nothing was revoked", "nullctl vault leases");
        assertThat(out()).isEmpty();
        assertThat(run("vault", "revoke", "--lease", "L1")).isEqualTo(1);
        assertThat(err()).contains("no lease of L1 is in force");
    }

    @Test
    void printsTheAuditLog() throws Exception {
        String read = "{\"seq\":7,\"time\":60,\"event\":\"vault.read\",\"caller\":\"gateway\",\"name\":\"A\"}";
        String lease = "{\"seq\":8,\"time\":61,\"event\":\"vault.lease\",\"agent\":\"hello\",\"names\":[\"A\",\"B\"]}";
        appliance().serve("warden", "vault.audit", "{\"records\":[" + read + "," + lease + "],\"damaged\":0}");
        assertThat(run("vault", "audit")).isZero();
        assertThat(out().lines())
                .containsExactly(
                        "7 1970-01-01T00:01:00Z vault.read caller=gateway name=A",
                        "8 1970-01-01T00:01:01Z vault.lease agent=hello names=A, B");
        assertThat(run("vault", "audit", "--agent", "hello", "--json")).isZero();
        assertThat(out().strip()).isEqualTo(lease);
        assertThat(run("vault", "audit", "--secret", "B", "--after", "6")).isZero();
        assertThat(out()).startsWith("8 ").hasLineCount(1);
        assertThat(asked("vault.audit").getLast()).isEqualTo(json("{\"after\":6,\"max\":1500}"));
        assertThat(run("vault", "audit", "--after", "-1")).isEqualTo(2);
        assertThat(err()).contains("--after");
    }

    @Test
    void readsTheAuditLogPageByPageAndSaysWhatIsDamaged() throws Exception {
        String page = IntStream.rangeClosed(1, 1_500)
                .mapToObj(seq -> "{\"seq\":" + seq + ",\"time\":60,\"event\":\"vault.set\"}")
                .collect(Collectors.joining(","));
        appliance().serve("warden", "vault.audit", "{\"records\":[" + page + "],\"damaged\":2}");
        assertThat(run("vault", "audit")).isZero();
        assertThat(asked("vault.audit"))
                .as("ends though the appliance goes round in circles")
                .hasSize(2);
        assertThat(asked("vault.audit").getLast()).isEqualTo(json("{\"after\":1500,\"max\":1500}"));
        assertThat(err()).contains("2 places of the audit log");
    }

    private void serveValue(byte[] value) throws Exception {
        appliance()
                .serve(
                        "warden",
                        "vault.get",
                        "{\"name\":\"K\",\"version\":1,\"value\":\""
                                + Base64.getEncoder().encodeToString(value) + "\"}");
    }

    private Stream<String> values() {
        return asked("vault.set").stream().map(params -> decoded(params, "value"));
    }
}
