package dev.nullbox.nulld;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.rpc.RpcClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** nulld as a real PID 1, in pid, mount, network and host name namespaces of its own. Needs root. */
@Timeout(120)
class NulldIT {
    private static final String SERVE = "echo ready >&3; exec 3>&-; trap 'exit 0' TERM; while :; do sleep 0.2; done\n";

    @TempDir
    private Path directory;

    private final List<Process> processes = new ArrayList<>();
    private final List<String> seen = new ArrayList<>();

    @BeforeEach
    void directories() throws IOException {
        Files.createDirectories(directory.resolve("run"));
        Files.createDirectories(directory.resolve("state"));
        script("serve", SERVE);
    }

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void startsInOrderReapsOrphansServesAThousandClientsAndStopsInReverse() throws Exception {
        script("orphans", "for i in 1 2 3 4 5; do (sh -c 'exit 0' & ) ; ( (sleep 0.3 &) & ) ; done\n" + SERVE);
        BufferedReader events = start("a:orphans:,b:serve:a", 1);
        await(events, "appliance.ready", e -> true);
        assertThat(positions("service.ready", "a")).isLessThan(positions("service.starting", "b"));
        try (SocketChannel silent = connect()) {
            for (int i = 0; i < 1_000; i++) {
                connect().close();
            }
            JsonObject status = call("nulld.status", new JsonObject());
            assertThat(status.get("state").getAsString()).isEqualTo("ready");
            assertThat(silent.isOpen()).isTrue();
        }
        long[] zombies = {-1};
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (zombies[0] != 0 && System.nanoTime() < deadline) {
            zombies[0] = zombies();
        }
        assertThat(zombies[0]).as("zombies below PID 1").isZero();
        call("nulld.shutdown", new JsonObject());
        await(events, "shutdown.phase", e -> e.get("phase").getAsString().equals("power-off"));
        assertThat(positions("service.stopped", "b")).isLessThan(positions("service.stopped", "a"));
        assertThat(processes.getFirst().waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void outlivesServicesThatNeverStartWellAndThoseThatDoNotStop() throws Exception {
        script("silent", "exec 3>&-; trap 'exit 0' TERM; while :; do sleep 0.2; done\n");
        script("dies", "exit 3\n");
        script("deaf", "trap '' TERM; echo ready >&3; exec 3>&-; while :; do sleep 0.2; done\n");
        BufferedReader events = start("deaf:deaf:,silent:silent:,dies:dies:,missing:/no/such/program:", 20);
        await(events, "service.failed", e -> is(e, "missing") && text(e, "why").contains("/no/such/program"));
        await(events, "service.failed", e -> is(e, "dies") && e.get("attempt").getAsInt() == 3);
        await(events, "service.failed", e -> is(e, "silent") && text(e, "why").contains("not ready within 60 s"));
        await(events, "service.failed", e -> is(e, "dies") && e.get("retry_ms").getAsInt() == 30_000);
        assertThat(seen.stream().anyMatch(line -> line.contains("appliance.degraded") && line.contains("dies is down")))
                .isTrue();
        JsonObject deaf = new JsonObject();
        deaf.addProperty("name", "deaf");
        call("nulld.service.stop", deaf);
        await(events, "service.exited", e -> is(e, "deaf") && e.get("signal").getAsInt() == 9);
        assertThat(call("nulld.status", new JsonObject()).get("state").getAsString())
                .isEqualTo("degraded");
        call("nulld.reboot", new JsonObject());
        await(events, "shutdown.phase", e -> e.get("phase").getAsString().equals("reboot"));
        assertThat(processes.getFirst().waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    private BufferedReader start(String services, int factor) throws IOException {
        Process process = new ProcessBuilder(
                        "unshare",
                        "--pid",
                        "--mount",
                        "--net",
                        "--uts",
                        "--fork",
                        "--mount-proc",
                        "--kill-child",
                        System.getProperty("java.home") + "/bin/java",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.nullbox.nulld.TestPid1",
                        directory.toString(),
                        services,
                        String.valueOf(factor))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        return process.inputReader(StandardCharsets.UTF_8);
    }

    private void await(BufferedReader events, String name, Predicate<JsonObject> matches) throws IOException {
        for (String line : seen) {
            if (isEvent(line, name, matches)) {
                return;
            }
        }
        for (String line = events.readLine(); line != null; line = events.readLine()) {
            seen.add(line);
            if (isEvent(line, name, matches)) {
                return;
            }
        }
        throw new AssertionError("PID 1 ended without " + name + "; it said\n" + String.join("\n", seen));
    }

    private static boolean isEvent(String line, String name, Predicate<JsonObject> matches) {
        if (!line.startsWith("{")) {
            return false;
        }
        JsonObject event = JsonParser.parseString(line).getAsJsonObject();
        return text(event, "event").equals(name) && matches.test(event);
    }

    private int positions(String name, String service) {
        for (int i = 0; i < seen.size(); i++) {
            if (isEvent(seen.get(i), name, e -> is(e, service))) {
                return i;
            }
        }
        throw new AssertionError("no " + name + " of " + service + " in\n" + String.join("\n", seen));
    }

    private static boolean is(JsonObject event, String service) {
        return text(event, "service").equals(service);
    }

    private static String text(JsonObject event, String field) {
        return event.has(field) ? event.get(field).getAsString() : "";
    }

    private JsonObject call(String method, JsonObject params) throws Exception {
        return RpcClient.call(directory.resolve("run/nulld.sock"), method, params, Duration.ofSeconds(20))
                .getAsJsonObject();
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(directory.resolve("run/nulld.sock")));
        return channel;
    }

    /** Zombies whose parent is the java process that unshare started. */
    private long zombies() throws IOException {
        long init = processes.getFirst().children().findFirst().orElseThrow().pid();
        long count = 0;
        try (var entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path entry : entries) {
                String stat = read(entry.resolve("stat"));
                int end = stat.lastIndexOf(')');
                if (end > 0 && stat.startsWith(" Z " + init + " ", end + 1)) {
                    count++;
                }
            }
        }
        return count;
    }

    /** Empty when the process has gone in between. */
    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    private void script(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }
}
