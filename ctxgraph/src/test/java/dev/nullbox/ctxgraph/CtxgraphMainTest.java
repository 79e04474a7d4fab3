package dev.nullbox.ctxgraph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.ctxgraph.store.SqliteMemory;
import dev.nullbox.ctxgraph.store.TestJvm;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.rpc.RpcClient;
import dev.nullbox.rpc.RpcException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The service as nulld runs it: a process of its own, with an environment, a readiness pipe and signals. */
@Timeout(120)
class CtxgraphMainTest {
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    /** Starts the main class; standard error and the readiness descriptor both are the process's standard error here. */
    private Process start(Class<?> main, String... arguments) throws IOException {
        List<String> options =
                List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dorg.sqlite.tmpdir=" + directory);
        ProcessBuilder builder = new ProcessBuilder(TestJvm.command(options, main, arguments));
        builder.environment().clear();
        builder.environment().put("NULLBOX_STATE", directory.toString());
        builder.environment().put("NULLBOX_RUN", directory.toString());
        builder.environment().put("NULLBOX_READY_FD", "2");
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private Process startReady() throws IOException {
        Process process = start(CtxgraphMain.class);
        StringBuilder said = new StringBuilder();
        BufferedReader errors =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
        for (String line = errors.readLine(); line != null; line = errors.readLine()) {
            if (line.equals("ready")) {
                return process;
            }
            said.append(line).append('\n');
        }
        throw new AssertionError("ctxgraph ended before it was ready: " + said);
    }

    private JsonObject call(String method, String key, int value) throws RpcException {
        JsonObject params = new JsonObject();
        params.addProperty("key", key);
        if (method.equals("memory.put")) {
            params.addProperty("value", value);
        }
        return RpcClient.call(directory.resolve("ctxgraph.sock"), method, params, DEADLINE)
                .getAsJsonObject();
    }

    @Test
    void servesHostServicesAndStopsInOrder() throws Exception {
        Process process = startReady();
        if (System.getProperty("user.name").equals("root")) {
            call("memory.put", "ada/k", 41);
            call("memory.put", "ada/k", 42);
            assertThat(call("memory.get", "ada/k", 0).get("value").getAsInt()).isEqualTo(42);
        } else {
            // The denied twin of the above: only root and the gateway may call.
            assertThat(catchThrowableOfType(RpcException.class, () -> call("memory.put", "ada/k", 42))
                            .kind())
                    .isEqualTo(ErrorKind.DENIED);
        }
        assertThat(process.toHandle().destroy()).isTrue();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(directory.resolve("ctxgraph.sock")).doesNotExist();
        assertThat(directory.resolve("memory.db-wal")).doesNotExist();
    }

    @Test
    void saysInOneLineWhyItCannotStart() throws Exception {
        Files.writeString(directory.resolve("memory.db"), "this is no database, it is a text of some length.");
        Process process = start(CtxgraphMain.class);
        List<String> said = process.errorReader().lines().toList();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(said).singleElement().asString().contains("ctxgraph: cannot open", "memory.db");
    }

    /** Whatever a killed process had acknowledged is stored and sound, three times over. */
    @Test
    void losesNothingAcknowledgedWhenKilled() throws Exception {
        long acknowledged = 0;
        for (int round = 0; round < 3; round++) {
            Process writer = start(Writer.class, directory.toString(), Long.toString(acknowledged));
            BufferedReader said = writer.inputReader(StandardCharsets.UTF_8);
            for (int i = 0; i < 40 + 17 * round; i++) {
                acknowledged = Long.parseLong(Optional.ofNullable(said.readLine())
                        .orElseThrow(() -> new AssertionError("the writer ended by itself")));
            }
            // By the handle, because the process itself would close the pipe that is still to be read.
            assertThat(writer.toHandle().destroyForcibly()).isTrue();
            assertThat(writer.waitFor(20, TimeUnit.SECONDS)).isTrue();
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                acknowledged = Long.parseLong(line);
            }
            try (Memory memory = SqliteMemory.open(directory.resolve("memory.db"), System::nanoTime)) {
                for (long i = 1; i <= acknowledged; i++) {
                    long value = i;
                    assertThat(memory.get(Principal.operator(), new MemoryKey("ada/k" + i)))
                            .hasValueSatisfying(entry ->
                                    assertThat(entry.node().value().getAsLong()).isEqualTo(value));
                }
            }
        }
    }

    /** Writes numbers under keys of their own for ever, and prints each once it is acknowledged. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws Exception {
            try (Memory memory = SqliteMemory.open(Path.of(arguments[0]).resolve("memory.db"), System::nanoTime)) {
                for (long i = Long.parseLong(arguments[1]) + 1; true; i++) {
                    memory.put(Principal.operator(), Put.of(new MemoryKey("ada/k" + i), new JsonPrimitive(i)));
                    System.out.println(i);
                }
            }
        }
    }
}
