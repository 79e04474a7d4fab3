package dev.nullbox.nulld.supervise;

import dev.nullbox.natives.Libc;
import dev.nullbox.nulld.launch.LaunchPlan;
import dev.nullbox.nulld.linux.Accounts;
import dev.nullbox.nulld.linux.Layout;
import dev.nullbox.nulld.linux.ServiceSpec;
import dev.nullbox.nulld.log.LogCollector;
import dev.nullbox.protocol.LifeSign;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.service.process.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Starter of a service's process: its directories, its three pipes, and posix_spawn of the launcher. */
public final class Spawner {
    private static final int READY_FD = 3;

    private final Libc libc;
    private final Layout layout;
    private final LogCollector collector;
    /** Shortest time between two heartbeats that are passed on: a service may write as many as it likes. */
    private static final long BEAT_NANOS = 1_000_000_000;

    private final LifeListener life;

    /** Listener for signs of life. */
    @FunctionalInterface
    public interface LifeListener {
        /** The process of this service has given a sign of life. */
        void said(String service, int pid, LifeSign sign);
    }

    public Spawner(Libc libc, Layout layout, LogCollector collector, LifeListener life) {
        this.libc = libc;
        this.layout = layout;
        this.collector = collector;
        this.life = life;
    }

    /**
     * Starts a service.
     *
     * @throws IOException with the step that failed; nothing is left open then
     */
    public ChildProcess spawn(ServiceSpec spec) throws IOException {
        Accounts.User user = Accounts.read(layout.etc())
                .user(spec.user())
                .orElseThrow(() -> new IOException("no user " + spec.user() + " in " + layout.etc() + "/passwd"));
        Path run = directory(layout.run().resolve(spec.name()), user, "rwxr-xr-x");
        Path state = directory(layout.state().resolve(spec.name()), user, "rwx------");
        link(layout.run().resolve(spec.name() + ".sock"), Path.of(spec.name(), spec.name() + ".sock"));
        ChildProcess process = ChildProcess.spawn(
                libc,
                (command, environment, actions) ->
                        libc.posixSpawn(layout.launcher(), command, environment, actions, true),
                new ChildProcess.Spec(argv(spec), environment(run, state), false, user.uid(), user.gid()));
        collector.add(process.output(1), LogCollector.Kind.EVENTS, spec.name(), line -> {});
        collector.add(process.output(2), LogCollector.Kind.TEXT, spec.name(), line -> {});
        collector.add(
                process.output(READY_FD), LogCollector.Kind.READY, spec.name(), signs(spec.name(), process.pid()));
        return process;
    }

    private Consumer<String> signs(String service, int pid) {
        AtomicLong passed = new AtomicLong(System.nanoTime() - BEAT_NANOS);
        return line -> LifeSign.of(line).ifPresent(sign -> {
            long now = System.nanoTime();
            if (sign == LifeSign.READY || now - passed.get() >= BEAT_NANOS) {
                passed.set(now);
                life.said(service, pid, sign);
            }
        });
    }

    private List<String> argv(ServiceSpec spec) throws IOException {
        LaunchPlan plan = new LaunchPlan(
                spec.user(),
                spec.groups(),
                spec.capabilities(),
                true,
                Optional.of(layout.cgroups().make(spec.name(), spec.limits()).toString()),
                spec.command());
        List<String> argv = new ArrayList<>(List.of("launch"));
        argv.addAll(plan.arguments());
        return argv;
    }

    private List<String> environment(Path run, Path state) {
        return List.of(
                "NULLBOX_READY_FD=" + READY_FD,
                "LANG=C.UTF-8",
                "NULLBOX_STATE=" + state,
                "NULLBOX_RUN=" + run,
                AgentNetwork.VARIABLE + "=" + layout.agentNetwork());
    }

    private Path directory(Path path, Accounts.User owner, String mode) throws IOException {
        Files.createDirectories(path);
        libc.chown(path.toString(), owner.uid(), owner.gid()).orThrow("chown " + path + " to " + owner.name());
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
        return path;
    }

    private static void link(Path link, Path target) throws IOException {
        if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
            Files.createSymbolicLink(link, target);
        }
    }
}
