package dev.nullbox.service;

import dev.nullbox.protocol.LifeSign;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Environment of a service that nulld starts: its state directory, its socket, its readiness, its heartbeat,
 * its end.
 *
 * <p>From the environment: {@code NULLBOX_STATE} (a directory of its own), {@code NULLBOX_RUN} (for its socket),
 * {@code NULLBOX_READY_FD} (a descriptor number).
 */
public final class ServiceRuntime {
    private static final int STACK_BYTES = 64 * 1024;

    private final String name;
    private final Path stateDir;
    private final Path runDir;
    private final Optional<Path> readyFile;
    private final EventSink events;
    private final AtomicInteger exitCode = new AtomicInteger();

    /**
     * A runtime with these paths, for tests.
     *
     * @param readyFile receives a line when the service is ready
     */
    public ServiceRuntime(String name, Path stateDir, Path runDir, Optional<Path> readyFile, EventSink events) {
        this.name = name;
        this.stateDir = stateDir;
        this.runDir = runDir;
        this.readyFile = readyFile;
        this.events = events;
    }

    /** The runtime that the process's environment describes. */
    public static ServiceRuntime fromEnvironment(String name) {
        return from(name, System.getenv(), EventSink.toStandardOutput());
    }

    /** The runtime that an environment describes; {@code /data/NAME}, {@code /run/nullbox/NAME} by default. */
    static ServiceRuntime from(String name, Map<String, String> environment, EventSink events) {
        Optional<Path> ready =
                Optional.ofNullable(environment.get("NULLBOX_READY_FD")).map(fd -> Path.of("/proc/self/fd", fd));
        return new ServiceRuntime(
                name,
                Path.of(environment.getOrDefault("NULLBOX_STATE", "/data/" + name)),
                Path.of(environment.getOrDefault("NULLBOX_RUN", "/run/nullbox/" + name)),
                ready,
                events);
    }

    /** The directory of the service's persistent files; nulld creates it for the service's user. */
    public Path stateDir() {
        return stateDir;
    }

    /** The directory of files that outlive a crash but not the boot; nulld creates it for the service's user. */
    public Path runDir() {
        return runDir;
    }

    /** The service's socket. */
    public Path socketPath() {
        return runDir.resolve(name + ".sock");
    }

    /** The service's events. */
    public EventSink events() {
        return events;
    }

    /**
     * Reports to nulld that the service answers calls, and from then on that it is alive; does nothing without a
     * readiness descriptor.
     *
     * @throws IOException when the descriptor cannot be written to
     */
    public void ready() throws IOException {
        ready(LifeSign.INTERVAL_MILLIS);
    }

    void ready(long intervalMillis) throws IOException {
        if (readyFile.isPresent()) {
            OutputStream out = new FileOutputStream(readyFile.get().toFile());
            say(out, LifeSign.READY);
            Thread.ofPlatform()
                    .daemon()
                    .name("heartbeat")
                    .stackSize(STACK_BYTES)
                    .start(() -> heartbeats(out, intervalMillis));
        }
    }

    /** Writes heartbeats until nulld reads no more, or the process ends. */
    private static void heartbeats(OutputStream out, long intervalMillis) {
        try (out) {
            while (true) {
                Thread.sleep(intervalMillis);
                say(out, LifeSign.ALIVE);
            }
        } catch (IOException e) {
            System.err.println("no more heartbeats: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void say(OutputStream out, LifeSign sign) throws IOException {
        out.write((sign.line() + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Registers the action that runs before the process ends: on SIGTERM, SIGINT, {@link #exit} and the end of the last
     * thread. The exit code is 0, or the one given to {@link #exit}. An uncaught exception in any thread ends the
     * process with code 1, so that nulld restarts the service.
     *
     * <p>A shutdown hook halts the process, because a JVM and a native image would both report 143 after SIGTERM.
     */
    public void onTerminate(Runnable action) {
        Thread.setDefaultUncaughtExceptionHandler((thread, bug) -> {
            System.err.println(name + ": thread " + thread.getName() + " died: " + bug);
            exit(1);
        });
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            try {
                                action.run();
                            } catch (RuntimeException e) {
                                System.err.println(name + ": stopping failed: " + e);
                                exitCode.compareAndSet(0, 1);
                            }
                            Runtime.getRuntime().halt(exitCode.get());
                        },
                        name + "-terminate"));
    }

    /** Ends the process in order, from any thread but the one that runs the terminating action. */
    public void exit(int code) {
        exitCode.set(code);
        System.exit(code);
    }
}
