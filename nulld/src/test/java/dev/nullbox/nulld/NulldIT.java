package dev.nullbox.nulld;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** nulld as a real PID 1, in pid, mount, network and host name namespaces of its own. Needs root. */
@Timeout(180)
class NulldIT {
    private static final int FOLLOWERS = 4;

    @TempDir
    private Path directory;

    @Test
    void servicesStartInOrderServeManyClientsAndStopInReverse() throws Exception {
        Pid1.script(
                directory,
                "orphans",
                "for i in 1 2 3 4 5; do (sh -c 'exit 0' & ) ; ( (sleep 0.3 &) & ) ; done\n" + Pid1.SERVE);
        try (Pid1 nulld = Pid1.start(directory, "a:orphans:,b:serve:a", "1", "none")) {
            nulld.await("appliance.ready", e -> true);
            assertThat(nulld.position("service.ready", "a")).isLessThan(nulld.position("service.starting", "b"));
            List<SocketChannel> silent = new ArrayList<>();
            try {
                for (int i = 0; i < 1_000; i++) {
                    silent.add(nulld.connect());
                }
                JsonObject status = nulld.call("nulld.status", new JsonObject());
                assertThat(status.get("state").getAsString()).isEqualTo("ready");
                awaitClosed(silent);
            } finally {
                for (SocketChannel client : silent) {
                    client.close();
                }
            }
            long[] zombies = {-1};
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (zombies[0] != 0 && System.nanoTime() < deadline) {
                zombies[0] = zombies(nulld.pid());
            }
            assertThat(zombies[0]).as("zombies below PID 1").isZero();
            nulld.call("nulld.shutdown", new JsonObject());
            nulld.await("shutdown.phase", e -> Pid1.text(e, "phase").equals("power-off"));
            assertThat(nulld.position("service.stopped", "b")).isLessThan(nulld.position("service.stopped", "a"));
            assertThat(nulld.awaitEnd()).isEqualTo(Pid1.POWERED_OFF);
        }
    }

    /** PID 1 closes clients that are silent for 30 s, and the longest silent one of more than 64. */
    private static void awaitClosed(List<SocketChannel> silent) throws Exception {
        ByteBuffer buffer = ByteBuffer.allocate(256);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        for (SocketChannel client : silent) {
            client.configureBlocking(false);
            while (client.read(buffer.clear()) != -1) {
                assertThat(System.nanoTime())
                        .as("a silent client is closed by nulld in time")
                        .isLessThan(deadline);
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    @Test
    void outlivesServicesThatNeverStartWellAndThoseThatDoNotStop() throws Exception {
        Pid1.script(directory, "silent", "exec 3>&-; trap 'exit 0' TERM; while :; do sleep 0.2; done\n");
        Pid1.script(directory, "dies", "exit 3\n");
        Pid1.script(directory, "deaf", "trap '' TERM; echo ready >&3; exec 3>&-; while :; do sleep 0.2; done\n");
        String services = "deaf:deaf:,silent:silent:,dies:dies:,missing:/no/such/program:";
        try (Pid1 nulld = Pid1.start(directory, services, "20", "none")) {
            nulld.await(
                    "service.failed",
                    e -> Pid1.is(e, "missing") && Pid1.text(e, "why").contains("its program is missing"));
            nulld.await(
                    "service.failed",
                    e -> Pid1.is(e, "dies") && e.get("attempt").getAsInt() == 3);
            nulld.await(
                    "service.failed",
                    e -> Pid1.is(e, "silent") && Pid1.text(e, "why").contains("not ready within 60 s"));
            nulld.await(
                    "service.failed",
                    e -> Pid1.is(e, "dies") && e.get("retry_ms").getAsInt() == 30_000);
            nulld.await("appliance.degraded", e -> Pid1.text(e, "reason").contains("dies is down"));
            nulld.call("nulld.service.stop", named("deaf"));
            nulld.await(
                    "service.exited", e -> Pid1.is(e, "deaf") && e.get("signal").getAsInt() == 9);
            assertThat(Pid1.text(nulld.call("nulld.status", new JsonObject()), "state"))
                    .isEqualTo("degraded");
            nulld.call("nulld.reboot", new JsonObject());
            nulld.await("shutdown.phase", e -> Pid1.text(e, "phase").equals("reboot"));
            assertThat(nulld.awaitEnd()).isEqualTo(Pid1.REBOOTED);
        }
    }

    /** The kernel's part is played by the script: its cgroup is plain files, and it kills itself. */
    @Test
    void startsAServiceAnewThatTheKernelKilledForItsMemoryAndSaysSo() throws Exception {
        Path cgroup = directory.resolve("cgroup/services/glutton");
        Pid1.script(
                directory,
                "glutton",
                "[ -e " + directory + "/full ] || { touch " + directory + "/full; echo 'oom_kill 1' > " + cgroup
                        + "/memory.events; kill -9 $$; }\n" + Pid1.SERVE);
        try (Pid1 nulld = Pid1.start(directory, "glutton:glutton:", "5", "none")) {
            JsonObject exited = nulld.await("service.exited", e -> Pid1.is(e, "glutton"));
            assertThat(exited.get("out_of_memory_mib").getAsInt()).isEqualTo(64);
            JsonObject failed = nulld.await("service.failed", e -> Pid1.is(e, "glutton"));
            assertThat(Pid1.text(failed, "why")).contains("out of memory").contains("64 MiB");
            nulld.await("service.ready", e -> Pid1.is(e, "glutton"));
            assertThat(cgroup.resolve("memory.max")).content().isEqualTo("67108864");
            assertThat(cgroup.resolve("pids.max")).content().isEqualTo("32");
            assertThat(cgroup.resolve("memory.oom.group")).content().isEqualTo("1");
        }
    }

    @Test
    void fourFollowersOfTheLogHearAtOnceAndHoldUpNoOtherCall() throws Exception {
        try (Pid1 nulld = Pid1.start(directory, "a:serve:", "1", "none");
                ExecutorService threads = Executors.newFixedThreadPool(FOLLOWERS)) {
            nulld.await("appliance.ready", e -> true);
            JsonObject all = new JsonObject();
            all.addProperty("max", 500);
            long next = nulld.call("nulld.logs", all).get("next").getAsLong();
            List<Future<Long>> followers = new ArrayList<>();
            for (int i = 0; i < FOLLOWERS; i++) {
                followers.add(threads.submit(follower(nulld, next)));
            }
            for (int i = 0; i < 20; i++) {
                long start = System.nanoTime();
                nulld.call("nulld.status", new JsonObject());
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
            }
            long asked = System.nanoTime();
            nulld.call("nulld.service.restart", named("a"));
            for (Future<Long> follower : followers) {
                assertThat(Duration.ofNanos(follower.get(20, TimeUnit.SECONDS) - asked))
                        .isBetween(Duration.ZERO, Duration.ofSeconds(5));
            }
        }
    }

    /** Polls until service a's end is reported; returns the time of that. */
    private static Callable<Long> follower(Pid1 nulld, long from) {
        return () -> {
            long after = from;
            while (true) {
                JsonObject params = new JsonObject();
                params.addProperty("after", after);
                params.addProperty("wait_ms", 10_000);
                JsonObject page = nulld.call("nulld.logs", params);
                after = page.get("next").getAsLong();
                if (page.get("records").toString().contains("service.exited")) {
                    return System.nanoTime();
                }
            }
        };
    }

    private static JsonObject named(String service) {
        JsonObject params = new JsonObject();
        params.addProperty("name", service);
        return params;
    }

    /** Zombies whose parent is this process. */
    private static long zombies(long init) throws IOException {
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
}
