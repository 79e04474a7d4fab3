package dev.nullbox.warden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.Natives;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.ServiceRuntime;
import dev.nullbox.warden.api.DocumentedCall;
import dev.nullbox.warden.vault.Child;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Warden's socket, whose callers the kernel identifies. */
class WardenIT {
    /** Calls methods one after the other on one connection, and prints the answers. */
    private static final String CALL = """
            import json, socket, sys
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(sys.argv[1])
            stream = connection.makefile("rw")
            for method in sys.argv[2:]:
                stream.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": {}}) + "\\n")
                stream.flush()
                print(stream.readline(), end="")
            """;

    private static final int AT_ONCE = 20;

    @TempDir
    private Path directory = Path.of("");

    private final ByteArrayOutputStream events = new ByteArrayOutputStream();

    @Test
    void everyCallOfAnotherUserIsRefusedAndAudited() throws Exception {
        assertThat(Natives.libc().getuid()).as("needs root: setpriv").isZero();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> methods =
                DocumentedCall.methods().stream().map(RpcMethod::name).toList();
        ServiceRuntime runtime =
                new ServiceRuntime("warden", directory, directory, Optional.empty(), new EventSink(events));
        Runnable stop = WardenMain.start(runtime, false);
        try {
            List<String> nobody = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
            List<String> answers = new ArrayList<>(call(nobody, runtime.socketPath(), methods.subList(0, AT_ONCE)));
            // Refusals are recorded so many at once, and one a second.
            TimeUnit.SECONDS.sleep(1 + methods.size() - AT_ONCE);
            answers.addAll(call(nobody, runtime.socketPath(), methods.subList(AT_ONCE, methods.size())));
            assertThat(answers)
                    .hasSameSizeAs(methods)
                    .allSatisfy(answer -> assertThat(answer).contains("\"code\":-32001", "\"detail\":\"CALLER\""));
            List<String> denied = methods.stream()
                    .map(method -> "{\"event\":\"vault.denied\",\"caller\":\"nobody\",\"method\":\"" + method + "\"}")
                    .toList();
            assertThat(events())
                    .filteredOn(line -> line.contains("vault.denied"))
                    .isEqualTo(denied);
            assertThat(call(List.of(), runtime.socketPath(), List.of("vault.status")))
                    .as("root may")
                    .singleElement()
                    .asString()
                    .contains("\"state\":\"new\"");
            assertThat(events())
                    .filteredOn(line -> line.contains("vault.denied"))
                    .hasSameSizeAs(denied);
        } finally {
            stop.run();
        }
    }

    private List<String> events() {
        return events.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private List<String> call(List<String> as, Path socket, List<String> methods) throws Exception {
        List<String> command = new ArrayList<>(as);
        command.addAll(List.of("/usr/bin/python3", "-c", CALL, socket.toString()));
        command.addAll(methods);
        return Child.says(command, 60).lines().toList();
    }
}
