package dev.nullbox.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServiceRuntimeTest {
    private static final EventSink NOWHERE = new EventSink(OutputStream.nullOutputStream());

    @TempDir
    Path directory;

    @Test
    void readsTheEnvironment() {
        ServiceRuntime given = ServiceRuntime.from(
                "egress", Map.of("NULLBOX_STATE", "/s", "NULLBOX_RUN", "/r", "NULLBOX_READY_FD", "3"), NOWHERE);
        assertThat(given.stateDir()).isEqualTo(Path.of("/s"));
        assertThat(given.socketPath()).isEqualTo(Path.of("/r/egress.sock"));
        ServiceRuntime silent = ServiceRuntime.from("egress", Map.of(), NOWHERE);
        assertThat(silent.stateDir()).isEqualTo(Path.of("/data/egress"));
        assertThat(silent.socketPath()).isEqualTo(Path.of("/run/nullbox/egress/egress.sock"));
    }

    @Test
    void saysReadyOnce() throws Exception {
        Path file = Files.createFile(directory.resolve("ready"));
        new ServiceRuntime("x", directory, directory, Optional.of(file), NOWHERE).ready();
        assertThat(file).hasContent("ready\n");
        new ServiceRuntime("x", directory, directory, Optional.empty(), NOWHERE).ready();
    }

    @Test
    void saysAliveFromThenOn() throws Exception {
        Path file = Files.createFile(directory.resolve("ready"));
        new ServiceRuntime("x", directory, directory, Optional.of(file), NOWHERE).ready(1);
        while (Files.readAllLines(file).size() < 3) {
            Thread.sleep(1);
        }
        assertThat(Files.readAllLines(file)).startsWith("ready", "alive", "alive");
    }

    private Process start(String mode) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                String.join(
                        ":",
                        Path.of("target", "test-classes").toAbsolutePath().toString(),
                        Path.of("target", "classes").toAbsolutePath().toString(),
                        System.getProperty("jdk.module.path", ""),
                        System.getProperty("java.class.path")),
                Service.class.getName(),
                mode));
        return new ProcessBuilder(command).start();
    }

    /** Regression guard: a JVM by itself, and a native image too, would report 143 after SIGTERM. */
    @Test
    void endsWithZeroAfterSigterm() throws Exception {
        Process process = start("wait");
        assertThat(process.inputReader().readLine()).isEqualTo("started");
        process.destroy();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(process.onExit().get().exitValue()).isZero();
    }

    @Test
    void endsWithTheCodeThatIsAskedFor() throws Exception {
        Process process = start("exit");
        assertThat(process.inputReader().lines()).containsExactly("started", "stopped");
        assertThat(process.waitFor()).isEqualTo(7);
    }

    @Test
    void endsWithOneWhenAThreadDies() throws Exception {
        Process process = start("die");
        assertThat(process.errorReader().lines()).anyMatch(line -> line.contains("test: thread victim died"));
        assertThat(process.waitFor()).isEqualTo(1);
    }

    @Test
    void endsWithOneWhenTheMainMethodThrows() throws Exception {
        Process process = start("throw");
        assertThat(process.waitFor()).isEqualTo(1);
    }

    /** A service that does as its argument says. */
    static final class Service {
        private Service() {}

        public static void main(String[] arguments) throws InterruptedException {
            ServiceRuntime runtime = ServiceRuntime.from("test", Map.of(), NOWHERE);
            runtime.onTerminate(() -> System.out.println("stopped"));
            System.out.println("started");
            switch (arguments[0]) {
                case "exit" -> runtime.exit(7);
                case "die" ->
                    new Thread(
                                    () -> {
                                        throw new IllegalStateException("bug");
                                    },
                                    "victim")
                            .start();
                case "throw" -> throw new IllegalStateException("bug");
                default -> Thread.currentThread().join();
            }
        }
    }
}
