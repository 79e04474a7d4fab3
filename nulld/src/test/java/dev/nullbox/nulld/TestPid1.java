package dev.nullbox.nulld;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A real PID 1 for {@link NulldIT}: nulld with shell scripts as services, in the namespaces that unshare(1) gave it. The
 * kernel's reboot(2) in a pid namespace ends that namespace by a signal, and nothing else.
 */
public final class TestPid1 {
    private TestPid1() {}

    /**
     * Runs it.
     *
     * @param args the directory of the test; services as {@code name:script:after}, comma-separated; the clock's factor
     */
    public static void main(String[] args) throws Exception {
        Libc libc = Natives.libc();
        Path directory = Path.of(args[0]);
        Clock clock = new FastClock(Integer.parseInt(args[2]));
        Journal journal = new Journal(clock);
        journal.events(new LineSink(libc, 1, 10_000).start("events"));
        Layout layout = new Layout(
                directory.resolve("run"),
                directory.resolve("state"),
                Path.of("/etc"),
                new Cgroups(directory.resolve("cgroup")),
                "",
                List.of(directory.resolve("mounted").toString()));
        Nulld nulld = new Nulld(libc, clock, journal, new Degraded(journal), layout);
        for (String service : args[1].split(",", -1)) {
            String[] parts = service.split(":", 3);
            List<String> command = parts[1].startsWith("/")
                    ? List.of(parts[1])
                    : List.of("/bin/sh", directory.resolve(parts[1]).toString());
            List<String> after = parts[2].isEmpty() ? List.of() : List.of(parts[2]);
            nulld.supervisor()
                    .add(
                            new ServiceSpec(
                                    parts[0],
                                    "root",
                                    List.of(),
                                    List.of(),
                                    command,
                                    after,
                                    true,
                                    ServiceSpec.Readiness.SAYS_SO,
                                    60_000,
                                    10_000),
                            Optional.empty());
        }
        nulld.run();
        System.err.println("reboot refused");
        Runtime.getRuntime().halt(3);
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
