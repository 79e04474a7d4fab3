package dev.nullbox.smoketest;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Boot of the real image in QEMU. Every wait has a bound, and a failure reports the state that was reached. */
final class Appliance implements AutoCloseable {
    /** For a boot, or an agent's start: seconds on an idle machine, minutes on a loaded one. */
    static final Duration LONG = Duration.ofMinutes(3);
    /** For an immediate reaction of a running appliance. */
    static final Duration SHORT = Duration.ofMinutes(1);

    private static final int SERIAL_TAIL_CHARS = 6_000;
    private static final long KILL_WAIT_MS = 10_000;

    private final Path directory;
    private final Process qemu;
    private final EventLog log;
    private final Serial events;
    private final Serial chaos;
    private final LinkedBlockingQueue<String> chaosAnswers;
    private final int managementPort;

    private Appliance(
            Path directory,
            Process qemu,
            EventLog log,
            Serial events,
            Serial chaos,
            LinkedBlockingQueue<String> chaosAnswers,
            int managementPort) {
        this.directory = directory;
        this.qemu = qemu;
        this.log = log;
        this.events = events;
        this.chaos = chaos;
        this.chaosAnswers = chaosAnswers;
        this.managementPort = managementPort;
    }

    /** Starts QEMU; returns at once. */
    static Appliance start(Boot boot) throws IOException {
        Path directory = Files.createTempDirectory("nullbox-vm");
        EventLog log = new EventLog();
        LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
        Serial events = Serial.listen(
                directory.resolve("events.sock"), line -> Event.parse(line).ifPresent(log::add), log::end);
        Serial chaos = Serial.listen(directory.resolve("chaos.sock"), answers::add, () -> {});
        prepare(directory, boot.medium());
        int port = freePort();
        Process qemu = new ProcessBuilder(boot.command(Inputs.qemu(), Inputs.credentials(), directory, port))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("qemu.log").toFile())
                .start();
        // A QEMU that ends before it has connected would otherwise be waited for.
        var _ = qemu.onExit().thenRun(events::stopListening);
        return new Appliance(directory, qemu, log, events, chaos, answers, port);
    }

    private static void prepare(Path directory, Boot.Medium medium) throws IOException {
        try (InputStream relay = Appliance.class.getResourceAsStream("relay.sh")) {
            if (relay == null) {
                throw new IOException("relay.sh is not among the resources of smoke-test");
            }
            Files.copy(relay, directory.resolve("relay.sh"));
        }
        if (medium.efi().isPresent()) {
            Files.copy(medium.efi().orElseThrow().resolve("OVMF_VARS.fd"), directory.resolve("OVMF_VARS.fd"));
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The port on this machine's loopback that leads to the gateway. */
    int managementPort() {
        return managementPort;
    }

    /** All events so far. */
    EventLog log() {
        return log;
    }

    /** Waits for the first matching event, whether it came earlier in this boot or is still to come. */
    Event awaitEvent(Predicate<Event> wanted, Duration limit, String what) throws InterruptedException {
        return awaitEventAfter(0, wanted, limit, what);
    }

    /** Waits for the first matching event at or after a position in the log. */
    Event awaitEventAfter(int from, Predicate<Event> wanted, Duration limit, String what) throws InterruptedException {
        Optional<Event> found = log.await(from, wanted, limit);
        return found.orElseThrow(() -> failure("waited " + limit.toSeconds() + " s for " + what + ", in vain"));
    }

    /** Waits until QEMU ends by itself; its exit code. */
    int awaitExit(Duration limit) throws InterruptedException {
        if (!qemu.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw failure("waited " + limit.toSeconds() + " s for the power to go off, in vain");
        }
        events.awaitEnd(KILL_WAIT_MS);
        return qemu.exitValue();
    }

    /** Tells whether QEMU still runs. */
    boolean isRunning() {
        return qemu.isAlive();
    }

    /** Sends /sbin/chaos of the test image a command and returns its answer: one line. */
    String askChaos(String command, Duration limit) throws IOException, InterruptedException {
        chaosAnswers.clear();
        chaos.send(command);
        String answer = chaosAnswers.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (answer == null) {
            throw failure("chaos did not answer \"" + command + "\" within " + limit.toSeconds() + " s");
        }
        return answer.strip();
    }

    /** The console's output so far. */
    String console() {
        return read("console.log");
    }

    /** An error with the end of the console, the phase and the last states. */
    AssertionError failure(String message) {
        String console = console();
        return new AssertionError(message + "\nlast states:\n" + log.summary() + "--- end of the serial console\n"
                + console.substring(Math.max(0, console.length() - SERIAL_TAIL_CHARS)) + "\n--- QEMU ("
                + (qemu.isAlive() ? "running" : "exit code " + qemu.exitValue()) + ")\n" + read("qemu.log") + "---");
    }

    private String read(String file) {
        try {
            return new String(Files.readAllBytes(directory.resolve(file)), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(" + file + " cannot be read: " + e.getMessage() + ")";
        }
    }

    @Override
    public void close() throws IOException {
        qemu.destroy();
        try {
            if (!qemu.waitFor(KILL_WAIT_MS, TimeUnit.MILLISECONDS)) {
                qemu.destroyForcibly();
            }
        } catch (InterruptedException _) {
            qemu.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        events.close();
        chaos.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Output on the agent's console so far, in order. */
    List<String> agentLines(String agent) {
        return log.all().stream()
                .filter(event -> event.is("agent.console", "agent", agent))
                .map(event -> event.text("line"))
                .toList();
    }
}
