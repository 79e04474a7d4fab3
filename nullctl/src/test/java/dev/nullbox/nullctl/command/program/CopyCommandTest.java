package dev.nullbox.nullctl.command.program;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.archive.handmade.TarBuilder;
import dev.nullbox.archive.tar.TarEntry;
import dev.nullbox.archive.tar.TarReader;
import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlTestCase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of files as the operator sees them, with a guest that sends and takes any archive. */
class CopyCommandTest extends NullctlTestCase {
    private final ByteArrayOutputStream input = new ByteArrayOutputStream();
    private final CountDownLatch inputEnded = new CountDownLatch(1);
    private boolean isSent;

    @TempDir
    private Path local = Path.of("");

    CopyCommandTest(TestCertificates certificates) {
        super(certificates);
    }

    private void serve(byte[] out, String errors, int code) throws Exception {
        appliance()
                .serve(
                        "cage",
                        List.of(
                                appliance().method("agent.copy_out", _ -> json("{\"exec\":\"e1\"}")),
                                appliance().method("agent.copy_in", _ -> json("{\"exec\":\"e1\"}")),
                                appliance().method("agent.exec_write", this::write),
                                appliance().method("agent.exec_read", _ -> read(out, errors, code)),
                                appliance().method("agent.exec_close", _ -> new JsonObject())));
    }

    private JsonElement write(JsonObject params) {
        byte[] data = Base64.getDecoder().decode(params.get("data").getAsString());
        input.writeBytes(data);
        if (params.get("end").getAsBoolean()) {
            inputEnded.countDown();
        }
        return json("{\"bytes\":" + data.length + "}");
    }

    private synchronized JsonElement read(byte[] out, String errors, int code) {
        try {
            if (out.length == 0 && code == 0) {
                assertThat(inputEnded.await(20, TimeUnit.SECONDS)).isTrue();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        String chunk = "{\"stderr\":false,\"data\":\"" + Base64.getEncoder().encodeToString(out) + "\"}";
        if (!isSent && out.length > 0) {
            isSent = true;
            return json("{\"chunks\":[" + chunk + "]}");
        }
        String error = Base64.getEncoder().encodeToString(errors.getBytes(StandardCharsets.UTF_8));
        return json("{\"chunks\":[{\"stderr\":true,\"data\":\"" + error + "\"}],\"exit\":{\"how\":\"exited\",\"code\":"
                + code + "}}");
    }

    @Test
    void aCopyOutIsPutWhereCpWould() throws Exception {
        serve(new TarBuilder().directory("src/").file("src/a", "text").end(), "left out: /src/socket\n", 0);
        assertThat(run("cp", "coder:/work/src", local.toString())).isZero();
        assertThat(local.resolve("src/a")).hasContent("text");
        assertThat(err()).contains("left out: /src/socket");
        assertThat(asked("agent.copy_out")).containsExactly(json("{\"agent\":\"coder\",\"guest_path\":\"/work/src\"}"));
        assertThat(asked("agent.exec_close")).hasSize(1);
    }

    @Test
    void aHostileArchiveIsRefusedAndTheCopyClosed() throws Exception {
        serve(new TarBuilder().directory("src/").file("src/../../bad", "bad").end(), "", 0);
        Path inner = Files.createDirectory(local.resolve("inner"));
        assertThat(run("cp", "coder:/work/src", inner.toString())).isEqualTo(4);
        assertThat(err()).contains("cannot write", "leads out");
        assertThat(local.resolve("bad")).doesNotExist();
        assertThat(asked("agent.exec_close")).hasSize(1);
    }

    @Test
    void theGuestsOwnWordsSayWhyItFailed() throws Exception {
        serve(new byte[0], "/no: there is no such\u001b file\n", 1);
        assertThat(run("cp", "coder:/no", local.toString())).isEqualTo(1);
        assertThat(err()).contains("COPY_FAILED", "/no: there is no such").doesNotContain("\u001b");
        assertThat(local).isEmptyDirectory();
        assertThat(run("cp", local.toString(), "coder:/no")).isEqualTo(1);
        assertThat(err()).contains("COPY_FAILED");
    }

    @Test
    void aDirectoryGoesInUnderItsName() throws Exception {
        Files.writeString(Files.createDirectory(local.resolve("tree")).resolve("a"), "text");
        serve(new byte[0], "", 0);
        assertThat(run("cp", "--keep-owner", local.resolve("tree").toString(), "coder:work"))
                .isZero();
        assertThat(asked("agent.copy_in"))
                .containsExactly(
                        json("{\"agent\":\"coder\",\"guest_path\":\"/work\",\"as_is\":false,\"keep_owner\":true}"));
        List<String> names = new ArrayList<>();
        TarReader reader = new TarReader(new ByteArrayInputStream(input.toByteArray()));
        for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
            names.add(entry.get().path());
        }
        assertThat(names).containsExactly("tree/", "tree/a");
    }

    @Test
    void standardStreamsAreTarAsItIs() throws Exception {
        byte[] archive = new TarBuilder().file("any", "text").end();
        serve(archive, "", 0);
        assertThat(run("cp", "coder:/any", "-")).isZero();
        assertThat(out().getBytes(StandardCharsets.UTF_8)).isEqualTo(archive);
        type(archive);
        assertThat(run("cp", "-", "coder:/srv")).isZero();
        assertThat(input.toByteArray()).isEqualTo(archive);
        assertThat(asked("agent.copy_in").getFirst().toString()).contains("\"as_is\":true");
    }

    @Test
    void oneSideIsAnAgents() throws Exception {
        assertThat(run("cp", "a", "b")).isEqualTo(2);
        assertThat(run("cp", "x:a", "y:b")).isEqualTo(2);
        assertThat(err()).contains("one of SRC and DEST is AGENT:PATH");
        assertThat(run("cp", local + "/none", "x:/")).isEqualTo(2);
        assertThat(err()).contains("is not there");
        assertThat(run("cp", "--max-gib=0", "x:/a", local.toString())).isEqualTo(2);
    }
}
