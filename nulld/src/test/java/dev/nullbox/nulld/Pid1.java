package dev.nullbox.nulld;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.nulld.log.EventCheck;
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
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A {@link TestPid1} in pid, mount, network and host name namespaces of its own, and what it says. Needs root. */
final class Pid1 implements AutoCloseable {
    /** A service that is ready at once and ends when it is asked to. */
    static final String SERVE = "echo ready >&3; exec 3>&-; trap 'exit 0' TERM; while :; do sleep 0.2; done\n";

    /** Exit codes of unshare(1) when reboot(2) has ended its namespace: by SIGINT for a power-off, SIGHUP for a reboot. */
    static final int POWERED_OFF = 128 + 2;

    static final int REBOOTED = 128 + 1;

    private static final long LIMIT_SECONDS = 60;
    /** In launch's place: joins no cgroup and drops nothing, since the test's cgroups are plain files. */
    private static final String LAUNCH = "#!/bin/sh\nwhile [ \"$1\" != -- ]; do shift; done\nshift\nexec \"$@\"\n";

    private final Path directory;
    private final Process process;
    private final List<String> seen = new ArrayList<>();
    private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

    private Pid1(Path directory, Process process) {
        this.directory = directory;
        this.process = process;
        Thread reader = new Thread(this::read, "reader");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts it.
     *
     * @param directory of the test; its scripts are the services
     * @param arguments services, the clock's factor and what goes wrong, as TestPid1 takes them
     */
    static Pid1 start(Path directory, String... arguments) throws IOException {
        Files.createDirectories(directory.resolve("run"));
        Files.createDirectories(directory.resolve("state"));
        script(directory, "serve", SERVE);
        script(directory, "launch", LAUNCH);
        assertThat(directory.resolve("launch").toFile().setExecutable(true)).isTrue();
        List<String> command = new ArrayList<>(List.of(
                // What a script starts in the background ignores SIGINT, and a JVM leaves it so; the kernel does not.
                "env",
                "--default-signal",
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
                directory.toString()));
        command.addAll(List.of(arguments));
        return new Pid1(
                directory, new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    static void script(Path directory, String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    /** Waits for an event that matches, among those that were seen already too. */
    JsonObject await(String name, Predicate<JsonObject> matches) throws InterruptedException {
        String line = awaitLine(said -> isEvent(said, name, matches), "the event " + name);
        return JsonParser.parseString(line).getAsJsonObject();
    }

    /** Waits for a line, among those that were seen already too. */
    String awaitLine(Predicate<String> matches, String what) throws InterruptedException {
        for (String line : seen) {
            if (matches.test(line)) {
                return line;
            }
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        for (Optional<String> line = next(end); line.isPresent(); line = next(end)) {
            if (matches.test(line.orElseThrow())) {
                return line.orElseThrow();
            }
        }
        throw new AssertionError("PID 1 did not say " + what + ", but\n" + output());
    }

    /** Waits for its end: the exit code of unshare(1). */
    int awaitEnd() throws InterruptedException {
        assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS))
                .as("PID 1 did not end; it said\n" + output())
                .isTrue();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (next(end).isPresent()) {}
        return process.exitValue();
    }

    /** The lines so far. */
    String output() {
        return String.join("\n", seen);
    }

    /** The index of the first such event of the service among the lines. */
    int position(String name, String service) {
        for (int i = 0; i < seen.size(); i++) {
            if (isEvent(seen.get(i), name, e -> is(e, service))) {
                return i;
            }
        }
        throw new AssertionError("no " + name + " of " + service + " in\n" + output());
    }

    static boolean is(JsonObject event, String service) {
        return text(event, "service").equals(service);
    }

    static String text(JsonObject event, String field) {
        return event.has(field) ? event.get(field).getAsString() : "";
    }

    JsonObject call(String method, JsonObject params) throws Exception {
        return RpcClient.call(directory.resolve("run/nulld.sock"), method, params, Duration.ofSeconds(30))
                .getAsJsonObject();
    }

    SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(directory.resolve("run/nulld.sock")));
        return channel;
    }

    /** PID 1 as this namespace numbers it. */
    long pid() {
        return process.children().findFirst().orElseThrow().pid();
    }

    /** Sends it a signal: {@code "PWR"}. */
    void signal(String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static boolean isEvent(String line, String name, Predicate<JsonObject> matches) {
        if (!line.startsWith("{")) {
            return false;
        }
        JsonObject event = EventCheck.checked(JsonParser.parseString(line).getAsJsonObject());
        return text(event, "event").equals(name) && matches.test(event);
    }

    /** The next line, or nothing at the end of its output or of the time. */
    private Optional<String> next(long end) throws InterruptedException {
        Optional<String> line = lines.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        if (line == null) {
            return Optional.empty();
        }
        if (line.isEmpty()) {
            lines.add(line); // the end stays the end
        }
        line.ifPresent(seen::add);
        return line;
    }

    private void read() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(Optional.of(line));
            }
        } catch (IOException e) {
            lines.add(Optional.of("(its output ended: " + e + ")"));
        }
        lines.add(Optional.empty());
    }
}
