package dev.nullbox.nulld;

import dev.nullbox.natives.FaultyLibc;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.nulld.boot.Stage1;
import dev.nullbox.nulld.disk.DiskWork;
import dev.nullbox.nulld.linux.BootException;
import dev.nullbox.nulld.linux.Cgroups;
import dev.nullbox.nulld.linux.Clock;
import dev.nullbox.nulld.linux.Layout;
import dev.nullbox.nulld.linux.ServiceSpec;
import dev.nullbox.nulld.linux.SystemClock;
import dev.nullbox.nulld.linux.TestServices;
import dev.nullbox.nulld.linux.Watchdog;
import dev.nullbox.nulld.log.Degraded;
import dev.nullbox.nulld.log.Journal;
import dev.nullbox.nulld.log.LineSink;
import dev.nullbox.protocol.id.AgentNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A real PID 1 for {@link NulldIT}: nulld with shell scripts as services, in the namespaces that unshare(1) gave it. The
 * kernel's reboot(2) in a pid namespace ends that namespace by a signal, and nothing else.
 */
public final class TestPid1 {
    /** File in which {@link FaultyLibc} records the calls, below the directory of the test. */
    static final String CALLS = "calls";

    private TestPid1() {}

    /**
     * Runs it.
     *
     * @param args the directory of the test; services as {@code name:script:after}, comma-separated; the clock's factor;
     *     what goes wrong: {@code none}, {@code no-root} (stage 1 without one), {@code cannot} (a boot that cannot go
     *     on), {@code bug} (in PID 1's loop), {@code reaper} (a thread of PID 1's dies), {@code learn} (nothing, but
     *     the system calls are written down), or the call that fails, as {@link FaultyLibc} names it
     */
    public static void main(String[] args) {
        Path directory = Path.of(args[0]);
        String wrong = args[3];
        FaultyLibc faulty = switch (wrong) {
            case "none", "no-root", "cannot", "bug" -> FaultyLibc.healthy(Natives.libc());
            case "reaper" -> FaultyLibc.throwing(Natives.libc(), "Reaper.run/waitpid");
            case "learn" -> FaultyLibc.learning(Natives.libc(), directory.resolve(CALLS));
            default -> FaultyLibc.failing(Natives.libc(), wrong, Errno.EIO);
        };
        Libc libc = faulty.libc();
        Clock clock = new FastClock(Integer.parseInt(args[2]));
        new Pid1Guard(libc, clock, () -> NulldMain.onFailure(directory)).run((journal, signals) -> {
            if (wrong.equals("no-root")) {
                new Stage1(libc, clock, journal, directory).run();
            }
            if (wrong.equals("cannot")) {
                throw new BootException("the test says so", "do not say so");
            }
            nulld(libc, clock, journal, signals, directory, args[1], wrong).run();
        });
        System.err.println("reboot refused");
        Runtime.getRuntime().halt(3);
    }

    private static Nulld nulld(
            Libc libc,
            Clock clock,
            Journal journal,
            PowerSignals signals,
            Path directory,
            String services,
            String wrong)
            throws BootException {
        LineSink events = new LineSink(libc, 1, 10_000, why -> journal.text("test", "no more events: " + why));
        journal.events(events.start("events"));
        Layout layout = new Layout(
                directory.resolve("run"),
                directory.resolve("state"),
                "memory",
                Path.of("/etc"),
                cgroups(directory, services),
                AgentNetwork.DEFAULT,
                directory.resolve("launch").toString(),
                List.of(directory.resolve("mounted").toString()));
        Nulld nulld = new Nulld(
                libc,
                clock,
                journal,
                new Degraded(journal),
                layout,
                signals,
                Watchdog.none(libc, clock),
                new DiskWork(libc, Path.of("/"), "", line -> journal.text("test", line)));
        for (String service : services.split(",", -1)) {
            String[] parts = service.split(":", 3);
            List<String> command = parts[1].startsWith("/")
                    ? List.of(parts[1])
                    : List.of("/bin/sh", directory.resolve(parts[1]).toString());
            String[] after = parts[2].isEmpty() ? new String[0] : new String[] {parts[2]};
            nulld.supervisor()
                    .add(
                            TestServices.service(parts[0], command, ServiceSpec.Readiness.NOTIFY, true, after),
                            Optional.empty());
        }
        if (wrong.equals("bug")) {
            nulld.post(new NulldEvent.Work(() -> {
                throw new IllegalStateException("a bug for the test");
            }));
        }
        return nulld;
    }

    private static Cgroups cgroups(Path directory, String services) {
        String[] names = services.split(",", -1);
        for (int i = 0; i < names.length; i++) {
            names[i] = names[i].substring(0, names[i].indexOf(':'));
        }
        try {
            return TestServices.cgroups(Files.createDirectories(directory.resolve("cgroup")), names);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Time that runs faster by a factor, so that backoffs of a minute pass in a second. */
    private record FastClock(int factor) implements Clock {
        @Override
        public long millis() {
            return System.nanoTime() / 1_000_000 * factor;
        }

        @Override
        public long toReal(long millis) {
            return millis / factor;
        }

        @Override
        public void pause(long millis) {
            new SystemClock().pause(toReal(millis));
        }
    }
}
