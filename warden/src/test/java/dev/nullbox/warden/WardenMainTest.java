package dev.nullbox.warden;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.nullbox.rpc.RpcClient;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.ServiceRuntime;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WardenMainTest {
    @Test
    void answersOnItsSocketAndSaysWhatItOpened(@TempDir Path directory) throws Exception {
        ByteArrayOutputStream events = new ByteArrayOutputStream();
        ServiceRuntime runtime =
                new ServiceRuntime("warden", directory, directory, Optional.empty(), new EventSink(events));
        Runnable stop = WardenMain.start(runtime, false);
        try {
            assertThat(status(runtime.socketPath()))
                    .contains("root".equals(System.getProperty("user.name")) ? "\"state\":\"new\"" : "DENIED");
        } finally {
            stop.run();
        }
        assertThat(events.toString(StandardCharsets.UTF_8))
                .startsWith("{\"event\":\"vault.audit_begun\"}\n{\"event\":\"vault.found\",\"state\":\"new\"}");
        assertThat(directory.resolve("audit")).hasSize(6 << 20);
    }

    /** The answer, or the kind of refusal. */
    private static String status(Path socket) {
        try {
            return RpcClient.call(socket, "vault.status", new JsonObject(), Duration.ofSeconds(20))
                    .toString();
        } catch (RpcException e) {
            return e.kind().name();
        }
    }
}
