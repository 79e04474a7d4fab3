package dev.nullbox.service;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What nulld hands a service: where its state and its socket are, how it says that it is ready, how it is stopped.
 *
 * <p>From the environment: {@code NULLBOX_STATE} (a directory of its own), {@code NULLBOX_RUN} (for its socket),
 * {@code NULLBOX_READY_FD} (a descriptor number).
 */
public final class ServiceRuntime {
    private final String name;
    private final Path stateDir;
    private final Path runDir;
    private final Optional<Path> readyFile;
    private final EventSink events;
    private final AtomicInteger exitCode = new AtomicInteger();

    /**
     * A runtime of one's own making, for tests.
     *
     * @param readyFile what is written to when ready
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

    /** The runtime that an environment describes; {@code /data/NAME}, {@code /run/nullbox/NAME} where it is silent. */
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

    /** The service's own directory for what it keeps; made and owned for it. */
    public Path stateDir() {
        return stateDir;
    }

    /** Where the service listens. */
    public Path socketPath() {
        return runDir.resolve(name + ".sock");
    }

    /** The service's events. */
    public EventSink events() {
        return events;
    }

    /**
     * Says that callers will be answered from now on; does nothing when nobody waits for it.
     *
     * @throws IOException when the descriptor cannot be written to
     */
    public void ready() throws IOException {
        if (readyFile.isPresent()) {
            try (OutputStream out = new FileOutputStream(readyFile.get().toFile())) {
                out.write("ready\n".getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    /**
     * Has SIGTERM and SIGINT, {@link #exit} and the end of the last thread run the action and then end the process: with
     * code 0, or the one given to {@link #exit}. Any thread that dies of an exception ends the process with code 1, so
     * that nulld starts the service anew.
     *
     * <p>By a shutdown hook that halts, because a JVM and a native image would both report 143 after SIGTERM.
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
